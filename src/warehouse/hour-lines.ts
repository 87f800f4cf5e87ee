import type { ListedSegment } from "../core/archive-index.ts";
import { hourOf } from "../core/durations.ts";
import { parseSegmentKey } from "../core/archive-key.ts";
import { isJsonObject, parseJson, type JsonObject } from "../core/json.ts";
import { parseTime } from "../core/timestamps.ts";

/** One line of a segment. `hour`: when it was received; undefined for what no hour can be told of. */
export interface HourLine {
  readonly text: string;
  readonly event: JsonObject | undefined;
  readonly hour: number | undefined;
}

export function readLine(text: string): HourLine {
  const parsed = parseJson(text);
  const event = parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
  const at = parseTime(event?.["receivedAt"]);
  return { text, event, hour: at === undefined ? undefined : hourOf(at) };
}

export const idOf = ({ event }: HourLine): string | undefined => {
  const id = event?.["messageId"];
  return typeof id === "string" && id !== "" ? id : undefined;
};

/** What has no hour of its own belongs to the first one of its segment. */
export const belongsTo = ({ hour: own }: HourLine, segment: ListedSegment, hour: number): boolean =>
  (own ?? hourOf(segment.firstAt)) === hour;

/** By shard and number, in which order a run takes segments: one that is listed later does not move the others. */
export function compareSegments(a: string, b: string): number {
  const [one, other] = [parseSegmentKey(a), parseSegmentKey(b)];
  if (one === undefined || other === undefined) throw new Error(`no key of a segment: ${one === undefined ? a : b}`);
  return one.shard - other.shard || one.segment - other.segment;
}
