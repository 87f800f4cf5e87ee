/** What an `ajs_*` query asks for, as analytics.js reads it. Absent fields ask for nothing. */
export interface QueryCalls {
  readonly anonymousId?: string;
  readonly userId?: string;
  readonly traits: Readonly<Record<string, string>>;
  readonly event?: string;
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Reads a query string exactly as analytics.js' `queryString` does (ingest.md §1.8): values are strings, `+` is a
 * space, malformed escapes stay as they are, text after a second `=` is lost, the last of two equal names wins,
 * traits and properties alone do nothing. `search` is with or without its `?`.
 */
export function readQuery(search: string): QueryCalls {
  const params = parse(search);
  const { ajs_aid: anonymousId, ajs_uid: userId, ajs_event: event } = Object.fromEntries(params);
  return {
    ...(anonymousId ? { anonymousId } : {}),
    ...(userId ? { userId } : {}),
    traits: withPrefix(params, "ajs_trait_"),
    ...(event ? { event } : {}),
    properties: withPrefix(params, "ajs_prop_"),
  };
}

/**
 * The messages of those calls in analytics.js' order: setAnonymousId (which sends nothing), identify, track.
 * `anonymousId` is the one to use when the query names none.
 */
export function queryMessages(calls: QueryCalls, anonymousId: string | undefined): Record<string, unknown>[] {
  const ids = {
    ...(calls.userId === undefined ? {} : { userId: calls.userId }),
    ...definedId(calls.anonymousId ?? anonymousId),
  };
  const context = { library: { name: "inlet-query-string", version: "1" } };
  return [
    ...(calls.userId === undefined ? [] : [{ type: "identify", ...ids, traits: calls.traits, context }]),
    ...(calls.event === undefined
      ? []
      : [{ type: "track", event: calls.event, ...ids, properties: calls.properties, context }]),
  ];
}

const definedId = (anonymousId: string | undefined) => (anonymousId === undefined ? {} : { anonymousId });

function parse(search: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const part of search.replace(/^\?/, "").split("&")) {
    const [name = "", value] = part.split("=");
    if (value === undefined) params.delete(name);
    else params.set(name, decode(value));
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

const withPrefix = (params: ReadonlyMap<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(
    [...params].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
  );

/**
 * True when `Accept` likes an image best, as `<img>` does: such a hit is answered with the GIF. A link that is
 * opened likes HTML as much, a script likes anything: those get 204.
 */
export function prefersImage(accept: string | undefined): boolean {
  let image = 0;
  let other = 0;
  for (const range of (accept ?? "").split(",")) {
    const [type = "", ...params] = range.split(";").map((part) => part.trim().toLowerCase());
    const q = Number(params.find((param) => param.startsWith("q="))?.slice(2) ?? 1);
    const weight = Number.isFinite(q) ? q : 0;
    if (type.startsWith("image/")) image = Math.max(image, weight);
    else if (type !== "") other = Math.max(other, weight);
  }
  return image > other;
}
