import { gunzipSync } from "node:zlib";
import { shardOf } from "../../src/core/intake.ts";
import type { RunningInlet } from "./server.ts";

/** One line of a segment: an event as it is kept. */
export type ArchivedEvent = Record<string, unknown> & { readonly messageId: string; readonly type: string };

const MARKER = "Archive marker";
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 50;

interface SourceAnswer {
  readonly source: { readonly writeKeys: readonly string[]; readonly settings: { readonly shards: number } };
}

/**
 * Every event in the source's segments, in the order of keys and lines. What was acknowledged before the call is in
 * it: one marker event per shard is sent, and a shard drains in order, so once its marker is archived all that came
 * before it is, too. Waits for that, bounded, by looking at the archive. The markers themselves are left out.
 *
 * `atLeast`: waits first until that many events are archived, for senders whose acknowledgement nobody sees.
 */
export async function readArchive(
  inlet: RunningInlet,
  sourceId: string,
  { atLeast = 0 }: { readonly atLeast?: number } = {},
): Promise<ArchivedEvent[]> {
  await waitFor(`${atLeast} archived events`, async () => (await withoutMarkers(inlet, sourceId)).length >= atLeast);
  const markers = await sendMarkers(inlet, sourceId);
  return waitFor("the markers", async () => {
    const events = await archivedEvents(inlet, sourceId);
    const ids = new Set(events.map((event) => event.messageId));
    return markers.every((id) => ids.has(id)) && events.filter(isNoMarker);
  });
}

/** The copies of one messageId that were refused as duplicates. */
export async function countDuplicates(inlet: RunningInlet, sourceId: string, messageId: string): Promise<number> {
  const path = `/api/sources/${sourceId}/lookup/${encodeURIComponent(messageId)}`;
  const { lookup } = await inlet.api<{ lookup: { duplicates: { count: number } } | null }>("GET", path);
  if (lookup === null) throw new Error(`${messageId} is unknown`);
  return lookup.duplicates.count;
}

/** Looks until `look` gives something; fails with what was awaited after 20 s. */
export async function waitFor<T>(what: string, look: () => Promise<T | false | undefined>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== false && found !== undefined) return found;
    if (Date.now() > until) throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Every line of every segment as it is now, markers included. */
async function archivedEvents(inlet: RunningInlet, sourceId: string): Promise<ArchivedEvent[]> {
  const bucket = await inlet.miniflare.getR2Bucket("ARCHIVE");
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: `segment-logs/${sourceId}/`, ...(cursor ? { cursor } : {}) });
    keys.push(...page.objects.map(({ key }) => key));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  const events: ArchivedEvent[] = [];
  for (const key of keys.toSorted()) {
    const object = await bucket.get(key);
    if (object === null) throw new Error(`${key} is listed and cannot be read`);
    const text = gunzipSync(await object.arrayBuffer()).toString();
    if (!text.endsWith("\n")) throw new Error(`${key} ends within a line`);
    events.push(
      ...text
        .slice(0, -1)
        .split("\n")
        .map((line) => JSON.parse(line) as ArchivedEvent),
    );
  }
  return events;
}

const isNoMarker = (event: ArchivedEvent): boolean => event["event"] !== MARKER;

const withoutMarkers = async (inlet: RunningInlet, sourceId: string): Promise<ArchivedEvent[]> =>
  (await archivedEvents(inlet, sourceId)).filter(isNoMarker);

/** Sends one marker to each shard and returns their ids once they are acknowledged. */
async function sendMarkers(inlet: RunningInlet, sourceId: string): Promise<string[]> {
  const { source } = await inlet.api<SourceAnswer>("GET", `/api/sources/${sourceId}`);
  const ids = onePerShard(source.settings.shards);
  const batch = ids.map((messageId) => ({ type: "track", event: MARKER, userId: "marker", messageId }));
  const response = await fetch(new URL("/v1/batch", inlet.url), {
    method: "POST",
    body: JSON.stringify({ writeKey: source.writeKeys[0], batch }),
  });
  if (response.status !== 200) throw new Error(`markers were answered ${response.status}: ${await response.text()}`);
  return ids;
}

function onePerShard(shards: number): string[] {
  const ids = new Map<number, string>();
  while (ids.size < shards) {
    const id = `marker-${crypto.randomUUID()}`;
    ids.set(shardOf(id, shards), id);
  }
  return [...ids.values()];
}
