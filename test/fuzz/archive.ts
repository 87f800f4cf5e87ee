import { gunzipSync } from "node:zlib";
import { waitFor } from "../support/archive.ts";
import type { RunningInlet } from "../support/server.ts";
import { faultOf } from "./ledger.ts";

export interface Archived {
  /** How often each id is there; the marker is left out. */
  readonly times: ReadonlyMap<string, number>;
  /** Lines that should not be as they are. */
  readonly faults: readonly string[];
}

/**
 * Reads a source's archive once all that was acknowledged is in it: a good event is sent, and what came before it in the
 * one shard is archived before it. Each segment is read once.
 */
export async function readWhole(inlet: RunningInlet, sourceId: string, writeKey: string): Promise<Archived> {
  const marker = `marker-${crypto.randomUUID()}`;
  const sent = await fetch(new URL("/v1/track", inlet.url), {
    method: "POST",
    body: JSON.stringify({ writeKey, event: "Marker", userId: "marker", messageId: marker }),
  });
  if (!sent.ok) throw new Error(`the marker was answered ${sent.status}: ${await sent.text()}`);
  const bucket = await inlet.miniflare.getR2Bucket("ARCHIVE");
  const read = new Set<string>();
  const times = new Map<string, number>();
  const faults: string[] = [];
  const take = (line: string): void => {
    const event = JSON.parse(line) as { messageId: string };
    const fault = faultOf(line, event, sourceId);
    if (fault !== undefined) faults.push(`${fault}: ${line.slice(0, 500)}`);
    times.set(event.messageId, (times.get(event.messageId) ?? 0) + 1);
  };
  await waitFor("the marker to be archived", async () => {
    let cursor: string | undefined;
    do {
      const page = await bucket.list({
        prefix: `segment-logs/${sourceId}/`,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { key } of page.objects.filter((one) => !read.has(one.key))) {
        read.add(key);
        const object = await bucket.get(key);
        if (object === null) throw new Error(`${key} is listed and cannot be read`);
        for (const line of gunzipSync(await object.arrayBuffer())
          .toString()
          .split("\n")
          .slice(0, -1))
          take(line);
      }
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
    return times.has(marker);
  });
  times.delete(marker);
  return { times, faults };
}
