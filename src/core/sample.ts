import type { RefusedKind } from "./event-kind.ts";
import { isEventType, type EventType } from "./event.ts";
import { isJsonObject, parseJson, type JsonObject } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { Rejection } from "./rejection.ts";
import { stringifyBounded } from "./sanitise.ts";
import { cutUtf8 } from "./utf8.ts";

/** How an event fared at the door; `blocked` comes with tracking plans. */
export type SampleStatus = "accepted" | "duplicate" | "refused" | "blocked";

/** One row of the live debugger. `raw` is untrusted JSON text as the client sent it (bounded, see `truncated`). */
export interface Sample {
  readonly receivedAt: number;
  readonly status: SampleStatus;
  /** A reason code of core/rejection for refused ones. */
  readonly reason?: string;
  readonly detail?: string;
  readonly messageId?: string;
  readonly type?: EventType;
  /** Event name, page or screen name, group id: what a person would call this event. */
  readonly name?: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly library?: string;
  readonly raw: string;
  readonly truncated?: boolean;
}

/** Counts of one source between two pushes: keyed `status` or `status:reason`, see ledger. */
export type IngestCounts = Readonly<Record<string, number>>;

/** What one Intake tells the debugger and the ledger: a bounded sample and exact counts. */
export interface Observation {
  readonly sourceId: string;
  readonly at: number;
  readonly counts: IngestCounts;
  /** Which kinds of events were refused, as far as that could be read: parts of what `counts` holds. */
  readonly kinds?: readonly RefusedKind[];
  readonly samples: readonly Sample[];
}

/** Characters of one column in the debugger's list; the whole value is in `raw`. */
const SHOWN_CHARS = 300;

const shown = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value.slice(0, SHOWN_CHARS) : undefined;

function nameOf(message: JsonObject, type: EventType | undefined): string | undefined {
  const properties = isJsonObject(message["properties"]) ? message["properties"] : {};
  switch (type) {
    case "group":
      return shown(message["groupId"]);
    case "page":
    case "screen":
      return (
        shown(message["name"]) ?? shown(message["category"]) ?? shown(properties["title"]) ?? shown(properties["path"])
      );
    default:
      return shown(message["event"]);
  }
}

function libraryOf(message: JsonObject): string | undefined {
  const context = message["context"];
  const library = isJsonObject(context) ? context["library"] : undefined;
  if (!isJsonObject(library)) return undefined;
  const parts = [shown(library["name"]), shown(library["version"])].filter((part) => part !== undefined);
  return shown(parts.join(" "));
}

/** What call a message is: the path decides when it names one. */
export const typeOf = (message: JsonObject, impliedType: EventType | undefined): EventType | undefined =>
  impliedType ?? (isEventType(message["type"]) ? message["type"] : undefined);

type Columns = Pick<Sample, "messageId" | "type" | "name" | "userId" | "anonymousId" | "library">;

/** The columns of the debugger's list, as far as the message has them in a showable form. */
export function columnsOf(message: unknown, impliedType?: EventType): Columns {
  if (!isJsonObject(message)) return {};
  const type = typeOf(message, impliedType);
  const columns = {
    messageId: shown(message["messageId"]),
    type,
    name: nameOf(message, type),
    userId: shown(message["userId"]),
    anonymousId: shown(message["anonymousId"]),
    library: libraryOf(message),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function bounded(text: string): Pick<Sample, "raw" | "truncated"> {
  const raw = cutUtf8(text, LIMITS.sampleBytes);
  return raw.length === text.length ? { raw } : { raw, truncated: true };
}

/** The debugger row of a stored (or duplicate) segment line. */
export function sampleOfLine(line: string, status: SampleStatus): Sample {
  const parsed = parseJson(line);
  const event = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  const receivedAt = Date.parse(String(event["receivedAt"]));
  return { receivedAt: Number.isNaN(receivedAt) ? 0 : receivedAt, status, ...columnsOf(event), ...bounded(line) };
}

/** The debugger row of something refused: `raw` is a parsed message, or the text of a body that could not be read. */
export function sampleOfRefusal(
  raw: unknown,
  rejection: Rejection,
  receivedAt: number,
  impliedType?: EventType,
): Sample {
  return {
    receivedAt,
    status: "refused",
    reason: rejection.reason,
    ...(rejection.detail === undefined ? {} : { detail: rejection.detail }),
    ...columnsOf(raw, impliedType),
    ...bounded(typeof raw === "string" ? raw : stringifyBounded(raw)),
  };
}
