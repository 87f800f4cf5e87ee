import type { EventType } from "../../src/core/event.ts";
import type { Sample } from "../../src/core/sample.ts";
import { layOut, literal } from "./literal.ts";

/** The SDK call that would make an event, or why none can be shown. */
export type PrettyCall =
  | { readonly status: "call"; readonly code: string; readonly dialect: "browser" | "server" }
  | { readonly status: "unreadable"; readonly why: string };

type Message = Readonly<Record<string, unknown>>;

const TYPES: readonly EventType[] = ["identify", "track", "page", "screen", "group", "alias"];
/** What analytics.js fills in by itself: leaving it out shows what a person wrote. */
const AUTOMATIC = new Set([
  "library",
  "page",
  "userAgent",
  "userAgentData",
  "locale",
  "timezone",
  "ip",
  "campaign",
  "referrer",
]);

/** Rebuilds the call from a debugger row. The code only ever holds literals, so it is safe to copy and run. */
export function prettyCall(sample: Pick<Sample, "raw" | "truncated" | "type">): PrettyCall {
  if (sample.truncated === true) {
    return unreadable("The payload was too long to keep whole, so there is no complete call to rebuild.");
  }
  const message = parseMessage(sample.raw);
  if (message === undefined) return unreadable("The body is not a JSON object, so there is no call to rebuild.");
  if (Array.isArray(message["batch"]))
    return unreadable("This is a whole request, refused before its messages were read.");
  const type = TYPES.find((known) => known === (sample.type ?? message["type"]));
  if (type === undefined) return unreadable("Its type is not one of identify, track, page, screen, group, alias.");
  const dialect = isBrowser(message) ? "browser" : "server";
  const code = dialect === "browser" ? browserCall(type, message) : serverCall(type, message);
  if (code === undefined) return unreadable("It is nested more than 64 levels deep.");
  return { status: "call", code, dialect };
}

/** `analytics.track("Signed Up", {…}, {…})`, as analytics.js takes its arguments. */
function browserCall(type: EventType, message: Message): string | undefined {
  const options = browserOptions(type, message);
  const traits = message["traits"] ?? objectOf(message["context"])["traits"];
  switch (type) {
    case "track":
      return call(type, [message["event"], message["properties"] ?? {}, options], 1);
    case "identify":
      return call(type, [message["userId"], traits ?? {}, options], 1);
    case "group":
      return call(type, [message["groupId"], traits ?? {}, options], 1);
    case "alias":
      return call(type, [message["userId"], message["previousId"], options], 2);
    case "page":
    case "screen":
      return call(type, [...namesOf(message), message["properties"] ?? {}, options], 0);
    default:
      return type satisfies never;
  }
}

/** One string is a name to analytics.js and two are category and name, so a category alone takes an empty name. */
function namesOf(message: Message): unknown[] {
  const { category, name } = message;
  if (isGiven(category)) return [category, name ?? ""];
  return isGiven(name) ? [name] : [];
}

function browserOptions(type: EventType, message: Message): Message {
  const context = Object.entries(objectOf(message["context"])).filter(
    ([key]) => !AUTOMATIC.has(key) && !(key === "traits" && type === "identify"),
  );
  return {
    ...(isEmpty(message["integrations"]) ? {} : { integrations: message["integrations"] }),
    ...(context.length === 0 ? {} : { context: Object.fromEntries(context) }),
  };
}

/** `analytics.track({ userId, event, properties })`, as the server libraries and the HTTP API take it. */
function serverCall(type: EventType, message: Message): string | undefined {
  const context = Object.fromEntries(Object.entries(objectOf(message["context"])).filter(([key]) => key !== "library"));
  const fields: [string, unknown][] = [];
  for (const key of ["userId", "anonymousId", "previousId", "groupId", "event", "category", "name"]) {
    if (message[key] !== undefined && message[key] !== null) fields.push([key, message[key]]);
  }
  for (const key of ["traits", "properties", "integrations"]) {
    if (!isEmpty(message[key])) fields.push([key, message[key]]);
  }
  if (!isEmpty(context)) fields.push(["context", context]);
  // Once accepted, `timestamp` is the collector's own reckoning and the caller's is kept beside it.
  const timestamp = message["receivedAt"] === undefined ? message["timestamp"] : message["originalTimestamp"];
  if (timestamp !== undefined) fields.push(["timestamp", timestamp]);
  return call(type, [Object.fromEntries(fields)], 1);
}

/** Prints the call without trailing empty arguments beyond the first `required`; null where one in between is missing. */
function call(type: EventType, values: readonly unknown[], required: number): string | undefined {
  let length = values.length;
  while (length > required && isEmpty(values[length - 1])) length--;
  const parts: string[] = [];
  for (const value of values.slice(0, length)) {
    const text = literal(value ?? null);
    if (text === undefined) return undefined;
    parts.push(text);
  }
  const flat = `analytics.${type}(${parts.join(", ")});`;
  if (parts.length < 2 || !flat.includes("\n") || startsFlat(parts)) return flat;
  return `analytics.${type}${layOut(parts.map(indented), "(", ")", 0)};`;
}

/** Only the last argument spans lines: `track("Name", {⏎ … })` reads better than one argument a line. */
const startsFlat = (parts: readonly string[]): boolean => parts.slice(0, -1).every((part) => !part.includes("\n"));

/** Line breaks inside strings are escaped by `literal`, so every one here is layout. */
const indented = (part: string): string => part.replaceAll("\n", "\n  ");

function parseMessage(raw: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

const BROWSER_LIBRARY = /^analytics\.js|javascript sdk|browser/i;

function isBrowser(message: Message): boolean {
  const library = objectOf(objectOf(message["context"])["library"])["name"];
  return typeof library === "string" && BROWSER_LIBRARY.test(library);
}

const isObject = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Message => (isObject(value) ? value : {});
const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== "";
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
const unreadable = (why: string): PrettyCall => ({ status: "unreadable", why });
