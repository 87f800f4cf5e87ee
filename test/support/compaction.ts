import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { compactHour } from "../../queues/compaction.ts";
import { readSegment } from "../../src/bindings/archive-reader.ts";
import { createCompactionDeps } from "../../src/bindings/compaction.ts";
import { DayIndex, dayIndexKey } from "../../src/core/archive-index.ts";
import { archivePrefix, segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { indexOf } from "./archive-index.ts";

export interface TestSegment {
  readonly hour: number;
  readonly segment: number;
  readonly shard?: number;
  readonly lines: readonly string[];
}

/** Lines that tell which they are. */
export const linesFor = (name: string, count: number, filling = ""): string[] =>
  Array.from({ length: count }, (_, line) =>
    JSON.stringify({ type: "track", event: "Tested", messageId: `${name}-${line}`, filling }),
  );

async function gzip(lines: readonly string[]): Promise<ArrayBuffer> {
  const stream = new Blob([`${lines.join("\n")}\n`]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Sources whose index has gone through R2 once, as each does before it compacts anything. */
const adopted = new Set<string>();

/** Puts a segment into R2 as a drain does and tells the index of it, as queues/events does; its key. */
export async function archive(sourceId: string, { hour, segment, shard = 0, lines }: TestSegment): Promise<string> {
  const key = segmentKey(sourceId, utcDay(hour), shard, segment);
  const packed = await gzip(lines);
  await env.ARCHIVE.put(key, packed, { customMetadata: { firstCommit: String(hour) } });
  const kinds = [{ kind: { type: "track", name: "Tested" }, count: lines.length }];
  const facts = { hour, bytes: packed.byteLength, firstAt: hour + segment, lastAt: hour + segment, kinds };
  await indexOf(sourceId).add({ sourceId, shard, segment, key, count: lines.length, facts });
  if (!adopted.has(sourceId)) await runAlarm(sourceId);
  adopted.add(sourceId);
  return key;
}

export const compact = (sourceId: string) => compactHour(sourceId, createCompactionDeps(env));
export const runAlarm = (sourceId: string) => runDurableObjectAlarm(indexOf(sourceId));

/** Compacts and clears up until nothing is left to do. */
export async function settle(sourceId: string): Promise<void> {
  await runAlarm(sourceId);
  while ((await compact(sourceId)) === "done") await runAlarm(sourceId);
  await runAlarm(sourceId);
}

export async function objectKeys(prefix: string): Promise<string[]> {
  const { objects } = await env.ARCHIVE.list({ prefix });
  return objects.map(({ key }) => key);
}
export const archivedKeys = (sourceId: string): Promise<string[]> => objectKeys(archivePrefix(sourceId));

/** The lines of a segment as any reader gets them. */
export async function linesOf(key: string): Promise<string[] | null> {
  const found = await readSegment(env, key);
  if (found === null) return null;
  const lines: string[] = [];
  for await (const line of found) lines.push(line);
  return lines;
}

/** Every event the index lists, read where it says; in the order of the list. */
export async function listedLines(sourceId: string): Promise<string[]> {
  const { segments } = await indexOf(sourceId).list({ from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1000 });
  const all: string[] = [];
  for (const { key } of segments) all.push(...((await linesOf(key)) ?? ["missing"]));
  return all;
}

/** The objects that the day's index object in R2 names; none when there is no such object. */
export async function namedObjects(sourceId: string, day: number): Promise<string[]> {
  const object = await env.ARCHIVE.get(dayIndexKey(sourceId, day));
  return object === null ? [] : DayIndex.parse(await object.json()).objects.map(({ key }) => key);
}
