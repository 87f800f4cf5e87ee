import type { EventType } from "../../src/core/event.ts";
import { isObject } from "./directive.ts";
import { clip } from "./entry-text.ts";
import { TYPES } from "./replay-draft.ts";

/** An event that a search found: what a row shows, and its text as it is archived. */
export interface Hit {
  /** Names its place in the archive of its source; the same in every search. */
  readonly key: string;
  /** ms; undefined when the line does not say. */
  readonly receivedAt: number | undefined;
  readonly type: EventType | undefined;
  /** What a person would call it, bounded, without characters that act unseen. */
  readonly title: string;
  readonly user: string;
  readonly messageId: string | undefined;
  /** Its JSON, untouched. */
  readonly raw: string;
}

export interface Figures {
  readonly segments: number;
  readonly skipped: number;
  readonly events: number;
  readonly matched: number;
  readonly undecided: number;
  readonly missing: number;
  readonly bytes: number;
}

export type EndReason = "complete" | "limit" | "budget" | "failed";

export interface Ending extends Figures {
  readonly reason: EndReason;
  readonly cursor?: string;
  readonly adopting?: true;
}

/** One line of the answer (core/archive-search, SearchLine). */
export type AnswerLine =
  | { readonly hit: Hit }
  | { readonly progress: Figures & { readonly position: string } }
  | { readonly end: Ending };

/** Reads a line of the answer; undefined for what a newer version may say. */
export function readAnswerLine(line: string): AnswerLine | undefined {
  const value = parsed(line);
  if (!isObject(value)) return undefined;
  if (isObject(value["event"]) && isObject(value["at"])) return { hit: readHit(line, value["event"], value["at"]) };
  if (isObject(value["progress"]) || isObject(value["end"])) return value as AnswerLine;
  return undefined;
}

/** The event's own text within the line: what JSON.parse makes of long numbers would not be what is archived. */
function readHit(line: string, event: Readonly<Record<string, unknown>>, at: Readonly<Record<string, unknown>>): Hit {
  const exact = /^\{"event":([^]*),"at":\{"segment":"[^"]*","line":\d+\}\}\s*$/.exec(line)?.[1];
  const receivedAt = Date.parse(textOf(event["receivedAt"]) ?? "");
  return {
    key: placeKey(textOf(at["segment"]) ?? "", Number(at["line"])),
    receivedAt: Number.isNaN(receivedAt) ? undefined : receivedAt,
    type: TYPES.find((type) => type === event["type"]),
    title: titleOf(event),
    user: clip(textOf(event["userId"]) ?? textOf(event["anonymousId"]) ?? ""),
    messageId: textOf(event["messageId"]),
    raw: exact ?? JSON.stringify(event),
  };
}

/** `segment-logs/<sourceId>/<day>/<name>.gz`, line 3 → `<day>/<name>:3`: the address names the source already. */
const placeKey = (segment: string, line: number): string =>
  `${segment.split("/").slice(2).join("/").replace(/\.gz$/, "")}:${line}`;

function titleOf(event: Readonly<Record<string, unknown>>): string {
  const { type } = event;
  const properties = isObject(event["properties"]) ? event["properties"] : {};
  const candidates =
    type === "track"
      ? [event["event"]]
      : type === "page" || type === "screen"
        ? [event["name"], event["category"], properties["title"], properties["path"]]
        : [event["groupId"], event["userId"], event["anonymousId"]];
  const title = candidates.map(textOf).find((text) => text !== undefined);
  return title === undefined ? `(unnamed ${clip(textOf(type) ?? "event", 20)})` : clip(title);
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
