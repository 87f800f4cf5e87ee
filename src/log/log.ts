/**
 * Structured logs: one JSON object a line, which Workers Logs indexes by its fields.
 * - `level`: `error` (work failed; most of it is repeated by itself) or `warn` (somebody else's trouble)
 * - `event`: what happened, in snake_case: the same from release to release
 * - ids of what it is about, see LogIds; never a payload, an address or a secret
 * - `error`: `name`, `message` and `stack`, cut off; of code that works on events only `name` and `stack`'s places, for
 *   its messages quote what it was given
 * - `omitted`: how many lines of the same event this isolate has left out since its last one
 */

/** What a line may name. `key` is of R2, `ray` Cloudflare's id of the request, `count` how many it is about. */
export type LogField =
  | "sourceId"
  | "destinationId"
  | "shard"
  | "segment"
  | "messageId"
  | "replayId"
  | "follower"
  | "hour"
  | "queue"
  | "object"
  | "duty"
  | "key"
  | "requestId"
  | "ray"
  | "path"
  | "reason"
  | "attempt"
  | "count";
export type LogIds = Readonly<Partial<Record<LogField, string | number | undefined>>>;

/** Lines of one event that an isolate writes within a minute, and of those beyond one in so many: lines are billed. */
const LOG = { windowMs: 60_000, whole: 5, oneIn: 100, idChars: 200, messageChars: 500, stackChars: 2000 } as const;

interface Told {
  since: number;
  seen: number;
  omitted: number;
}
const told = new Map<string, Told>();

/** Whether this one is written, and how many were left out before it. The first of each minute always is. */
function admit(event: string, now: number): { readonly omitted: number } | undefined {
  const known = told.get(event);
  const recent = known !== undefined && now >= known.since && now - known.since < LOG.windowMs;
  const state: Told = recent ? known : { since: now, seen: 0, omitted: known?.omitted ?? 0 };
  told.set(event, state);
  state.seen++;
  if (state.seen > LOG.whole && state.seen % LOG.oneIn !== 0) {
    state.omitted++;
    return undefined;
  }
  const { omitted } = state;
  state.omitted = 0;
  return { omitted };
}

const short = (value: string | number): string | number =>
  typeof value === "string" ? value.slice(0, LOG.idChars) : value;

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error).slice(0, LOG.messageChars) };
  const { name, message, stack = "" } = error;
  return { name, message: message.slice(0, LOG.messageChars), stack: stack.slice(0, LOG.stackChars) };
}

/** Without the message, which the stack repeats before its first place. */
function describeForeign(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const places = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { name: error.name.slice(0, LOG.idChars), stack: places.join("\n").slice(0, LOG.stackChars) };
}

function write(level: "error" | "warn", event: string, ids: LogIds, error: object | undefined): void {
  const admitted = admit(event, Date.now());
  if (admitted === undefined) return;
  const named = Object.entries(ids).flatMap(([key, value]) => (value === undefined ? [] : [[key, short(value)]]));
  const line = JSON.stringify({
    level,
    event,
    ...Object.fromEntries(named),
    ...(error === undefined ? {} : { error }),
    ...(admitted.omitted === 0 ? {} : { omitted: admitted.omitted }),
  });
  if (level === "error") console.error(line);
  else console.warn(line);
}

const described = (error: unknown): object | undefined => (error === undefined ? undefined : describe(error));

/** Work failed. */
export const logError = (event: string, ids: LogIds = {}, error?: unknown): void =>
  write("error", event, ids, described(error));
/** Something is not as expected, and nothing of ours failed. */
export const logWarn = (event: string, ids: LogIds = {}, error?: unknown): void =>
  write("warn", event, ids, described(error));
/** Code that works on events failed over one. */
export const logForeign = (event: string, ids: LogIds, error: unknown): void =>
  write("error", event, ids, describeForeign(error));
