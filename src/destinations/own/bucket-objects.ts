import { createHash } from "node:crypto";
import { utcDay } from "../../core/archive-key.ts";

type Event = Readonly<Record<string, unknown>>;

/** Lines that go into one object. */
export interface BucketObject {
  /** Key in the bucket, without a slash at its beginning. */
  readonly key: string;
  /** Places of its events in the list that was given. */
  readonly indices: readonly number[];
  /** NDJSON: one event a line, each line ended. */
  readonly text: string;
}

/** What a source's id may look like in a key; the text of an event is not to be trusted. */
const safe = (part: unknown): string =>
  typeof part === "string" && /^[A-Za-z0-9_-]{1,100}$/.test(part) ? part : "unknown";

function receivedMs({ receivedAt }: Event): number {
  const ms = typeof receivedAt === "string" ? Date.parse(receivedAt) : Number.NaN;
  return Number.isNaN(ms) ? 0 : ms;
}

const slashed = (prefix: string): string => {
  const trimmed = prefix.replaceAll(/^\/+|\/+$/g, "");
  return trimmed === "" ? "" : `${trimmed}/`;
};

/**
 * Sorts events into objects of Segment's layout, `segment-logs/<source>/<UTC day in ms>/<name>` (storage.md §3.5). The
 * name is made of what is in the object: the same events sent again replace it, they do not double it.
 */
export function objectsOf(events: readonly Event[], prefix: string, extension: string): BucketObject[] {
  const folders = Map.groupBy(events.keys(), (index) => {
    const event = events[index]!;
    return `${slashed(prefix)}segment-logs/${safe(event["projectId"])}/${utcDay(receivedMs(event))}`;
  });
  return [...folders].map(([folder, indices]) => {
    const text = indices.map((index) => `${JSON.stringify(events[index])}\n`).join("");
    const first = receivedMs(events[indices[0]!]!);
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 32);
    return { key: `${folder}/${first}-${digest}.${extension}`, indices, text };
  });
}
