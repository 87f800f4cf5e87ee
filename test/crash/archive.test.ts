import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { DayIndex, type ListedSegment } from "../../src/core/archive-index.ts";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { inParallel } from "../../src/core/pool.ts";
import { startInletProcess, type InletProcess } from "../support/inlet-process.ts";
import { entryCode } from "../support/product-entry.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource } from "../support/test-source.ts";
import { CHECK_PATH, STEP_PATH, type Checked } from "./archive-paths.ts";
import type { ArchiveIndex } from "./archive-worker.ts";
import { storedObjects } from "./stored.ts";

/** A longer run: INLET_CRASH_KILLS=200. The same seed makes the same decisions again. */
const seed = Number(process.env["INLET_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const kills = Number(process.env["INLET_CRASH_KILLS"] ?? 4);

const HOUR = 3_600_000;
const HOURS = 20;
const SEGMENTS = 8;
/** A consumer that was killed holds its lease for so long; time passes faster here than kills do. */
const STEP_MS = 20 * 60_000;
/** More than fit between two kills. */
const STEPS = 6;
/** A kill comes about as often amid writes as between them. */
const SLOW_MS = 50;
/** Enough for all that is left after the last, however slow the machine. */
const MOST_STEPS = 60;

const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-crash-"));
const entry = await entryCode("test/crash/archive-worker.ts");
const entryFile = path.join(stateDir, "entry.js");
await writeFile(entryFile, entry);
afterAll(() => rm(stateDir, { recursive: true, force: true }));

it(
  "compacts and ends what is old so that every event is there exactly once, whatever is killed and when",
  async () => {
    const before = await startInlet({}, { stateDir, entry });
    const settings = { archive: { retentionDays: 30 as const }, exports: { enabled: false } };
    const { id } = await createSource(before, settings);
    const now = Math.floor(Date.now() / HOUR) * HOUR;
    const kept = await fill(before, id, now - 40 * HOUR, "kept");
    await fill(before, id, now - 40 * 24 * HOUR, "old");
    await before.stop();

    const interrupted = await stepWhileKilling(id, seededRandom(seed));

    const after = await startInlet({}, { stateDir, entry });
    for (let n = 0; n < MOST_STEPS && (await keysOf(after, id)).length !== HOURS; n++) {
      await upkeep(after.url, id, kills * STEPS + n, 1);
    }
    const archive = await readArchive(after, id);
    const { named, missing } = await checkOf(after.url, id);
    await after.stop();
    process.stdout.write(`archive crash run: seed ${seed}, ${kills} kills, ${interrupted} of them within a step\n`);
    expect(archive.listed.toSorted()).toEqual(kept.toSorted());
    expect(archive.stored.toSorted()).toEqual(kept.toSorted());
    expect([named.toSorted(), missing]).toEqual([archive.objects.toSorted(), []]);
    expect(archive.objects).toHaveLength(HOURS);
  },
  60_000 + kills * 20_000,
);

const idsOf = (name: string, hour: number, segment: number): string[] =>
  Array.from({ length: 1 + (segment % 4) }, (_, line) => `${name}-${hour}-${segment}-${line}`);

/** Segments as an earlier version wrote them: the index is told of none and takes them in by itself. Their ids. */
async function fill({ miniflare }: RunningInlet, sourceId: string, from: number, name: string): Promise<string[]> {
  const bucket = await miniflare.getR2Bucket("ARCHIVE");
  const put = async (n: number): Promise<string[]> => {
    const at = from + Math.floor(n / SEGMENTS) * HOUR;
    const ids = idsOf(name, at, n);
    const receivedAt = new Date(at + 1000).toISOString();
    const lines = ids.map((messageId) => JSON.stringify({ type: "track", event: "Kept", messageId, receivedAt }));
    const key = segmentKey(sourceId, utcDay(at), 0, n + 1);
    await bucket.put(key, gzipSync(`${lines.join("\n")}\n`), { customMetadata: { firstCommit: String(at) } });
    return ids;
  };
  const numbers = Array.from({ length: HOURS * SEGMENTS }, (_, n) => n);
  return (await inParallel(numbers, 20, put)).flat();
}

/** `from` steps have been made before: time goes on. A write to R2 takes up to twice `slow` ms. */
async function upkeep(url: URL, sourceId: string, from: number, steps: number, slow = 0): Promise<void> {
  for (let n = from; n < from + steps; n++) {
    const query = new URLSearchParams({ sourceId, ahead: String(n * STEP_MS), slow: String(slow) });
    const response = await fetch(new URL(`${STEP_PATH}?${query}`, url), { method: "POST" });
    if (!response.ok) throw new Error(await response.text());
  }
}

async function checkOf(url: URL, sourceId: string): Promise<Checked> {
  const response = await fetch(new URL(`${CHECK_PATH}?${new URLSearchParams({ sourceId })}`, url));
  return (await response.json()) as Checked;
}

/** What the index objects name that is not there, as the kill has left them. */
function namedAndGone(): string[] {
  const objects = storedObjects(stateDir);
  const indexes = [...objects.values()].filter(({ key }) => key.startsWith("archive-index/"));
  return indexes
    .flatMap((index) => DayIndex.parse(JSON.parse(new TextDecoder().decode(index.bytes()))).objects)
    .map(({ key }) => key)
    .filter((key) => !objects.has(key));
}

/** How many of the kills hit a step that was under way. */
async function stepWhileKilling(sourceId: string, random: Random): Promise<number> {
  let interrupted = 0;
  let inlet: InletProcess = await startInletProcess({ stateDir, port: 0, entry: entryFile });
  const { url } = inlet;
  for (let n = 0; n < kills; n++) {
    const steps = upkeep(url, sourceId, n * STEPS, STEPS, SLOW_MS).catch(() => void interrupted++);
    await sleep(random.between(20, 1500));
    await inlet.kill(n % 2 === 0 ? "runtime" : "group");
    await steps;
    expect({ kill: n, seed, gone: namedAndGone() }).toEqual({ kill: n, seed, gone: [] });
    inlet = await startInletProcess({ stateDir, port: Number(url.port), entry: entryFile });
    expect((await checkOf(url, sourceId)).missing).toEqual([]);
  }
  await inlet.stop();
  return interrupted;
}

const idsIn = (text: string): string[] =>
  text
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [String((JSON.parse(line) as { messageId: string }).messageId)]));

/** The objects with its events. */
async function keysOf({ miniflare }: RunningInlet, sourceId: string): Promise<string[]> {
  const bucket = await miniflare.getR2Bucket("ARCHIVE");
  return (await bucket.list({ prefix: `segment-logs/${sourceId}/` })).objects.map(({ key }) => key);
}

/** The events by what the index lists and by what lies in R2, and the objects there. */
async function readArchive(inlet: RunningInlet, sourceId: string) {
  const { miniflare } = inlet;
  const bucket = await miniflare.getR2Bucket("ARCHIVE");
  const indexes = await miniflare.getDurableObjectNamespace("ARCHIVE_INDEX");
  const index = indexes.get(indexes.idFromName(sourceId)) as unknown as Pick<ArchiveIndex, "list">;
  const { segments } = await index.list({ from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1000 });
  const read = async ({ key, count, place }: ListedSegment): Promise<string[]> => {
    const range = place === undefined ? {} : { range: { offset: place.offset, length: place.length } };
    const object = await bucket.get(place?.file ?? key, range);
    const ids = idsIn(gunzipSync(await object!.arrayBuffer()).toString());
    const first = place?.firstLine ?? 0;
    return ids.slice(first, first + count);
  };
  const listed = (await Promise.all(segments.map(read))).flat();
  const objects = await keysOf(inlet, sourceId);
  const texts = await Promise.all(objects.map(async (key) => (await bucket.get(key))!.arrayBuffer()));
  const stored = texts.flatMap((bytes) => idsIn(gunzipSync(bytes).toString()));
  return { listed, stored, objects };
}
