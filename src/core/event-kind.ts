import { isJsonObject, parseJson, type JsonObject } from "./json.ts";

/**
 * What reports tell events apart by: the call, the name of a track, page or screen call, and the version of the app
 * that sent it. Absent where the event has none.
 */
export interface EventKind {
  readonly type: string;
  readonly name?: string;
  readonly appVersion?: string;
}

/** How many events of one kind. */
export interface KindCount {
  readonly kind: EventKind;
  readonly count: number;
}

/** How many events of one kind were refused for one reason. */
export interface RefusedKind extends KindCount {
  readonly reason: string;
}

/** Names come from clients: how many characters of one are kept, and how many kinds one request or segment may have. */
export const EVENT_KINDS = {
  nameChars: 100,
  appVersionChars: 40,
  perRequest: 100,
  perSegment: 200,
  /** The name under which a type's further kinds are counted. */
  otherName: "(other)",
} as const;

/** At most `chars` of a filled string, never half a character. */
function bounded(value: unknown, chars: number): string {
  if (typeof value !== "string") return "";
  if (value.length <= chars) return value;
  const cut = value.charCodeAt(chars - 1);
  return value.slice(0, cut >= 0xd800 && cut < 0xdc00 ? chars - 1 : chars);
}

function nameIn(message: JsonObject, type: string): unknown {
  if (type === "track") return message["event"];
  return type === "page" || type === "screen" ? message["name"] : undefined;
}

/**
 * A kind as one short text, for tables and for the wire: two kinds are the same when their texts are. `context` is
 * given where it is not the message's own yet.
 */
export function kindText(message: JsonObject, type: string, context: unknown = message["context"]): string {
  const app = isJsonObject(context) ? context["app"] : undefined;
  const version = isJsonObject(app) ? bounded(app["version"], EVENT_KINDS.appVersionChars) : "";
  return joinKind(type, bounded(nameIn(message, type), EVENT_KINDS.nameChars), version);
}

const joinKind = (type: string, name: string, version: string): string =>
  `${type}\n${version.includes("\n") ? version.replaceAll("\n", " ") : version}\n${name}`;

const otherOf = (kind: string): string => joinKind(readKind(kind).type, EVENT_KINDS.otherName, "");

/** The kind a text stands for. */
export function readKind(text: string): EventKind {
  const [type = "", version = ""] = text.split("\n", 2);
  const name = text.slice(type.length + version.length + 2);
  return { type, ...(name === "" ? {} : { name }), ...(version === "" ? {} : { appVersion: version }) };
}

/** The kind of a message whose type is known. */
export const kindOf = (message: JsonObject, type: string): EventKind => readKind(kindText(message, type));

/** The kind of a stored line, as text. */
export function kindOfLine(line: string): string {
  const parsed = parseJson(line);
  const event = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  return kindText(event, String(event["type"]));
}

/**
 * The kinds of a request's events: `of[i]` is the index in `texts` of event i's. A plain array: a typed one costs an RPC
 * of one event 3 µs more.
 */
export interface BatchKinds {
  readonly texts: readonly string[];
  readonly of: readonly number[];
}

/** Kinds as a table, small on the wire whatever the names; see EVENT_KINDS.perRequest. */
export function packKinds(kinds: readonly string[]): BatchKinds {
  const indexes = new Map<string, number>();
  const of = kinds.map((kind) => indexes.get(kind) ?? enter(indexes, kind));
  return { texts: [...indexes.keys()], of };
}

function enter(indexes: Map<string, number>, kind: string): number {
  const text = indexes.size < EVENT_KINDS.perRequest ? kind : otherOf(kind);
  const index = indexes.get(text) ?? indexes.size;
  indexes.set(text, index);
  return index;
}

/** Counts events by kind, as text; kinds beyond `limit` count as `(other)` of their type. */
export class KindTally {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(kind: string, count: number): void {
    const known = this.#counts.get(kind);
    if (known !== undefined || this.#counts.size < this.#limit) this.#counts.set(kind, (known ?? 0) + count);
    else this.#fold(kind, count);
  }

  #fold(kind: string, count: number): void {
    const other = otherOf(kind);
    this.#counts.set(other, (this.#counts.get(other) ?? 0) + count);
  }

  get entries(): [kind: string, count: number][] {
    return [...this.#counts];
  }
}

/** Both lists as one, equal entries added up; entries beyond EVENT_KINDS.perRequest lose their name. */
export function addRefusedKinds(a: readonly RefusedKind[], b: readonly RefusedKind[]): RefusedKind[] {
  const sums = new Map<string, RefusedKind>();
  for (const entry of [...a, ...b]) {
    const key = keyOf(entry);
    const bounded =
      sums.has(key) || sums.size < EVENT_KINDS.perRequest
        ? entry
        : { ...entry, kind: { type: entry.kind.type, name: EVENT_KINDS.otherName } };
    const known = sums.get(keyOf(bounded))?.count ?? 0;
    sums.set(keyOf(bounded), { ...bounded, count: known + entry.count });
  }
  return [...sums.values()];
}

const keyOf = ({ reason, kind }: RefusedKind): string =>
  `${reason}\n${joinKind(kind.type, kind.name ?? "", kind.appVersion ?? "")}`;
