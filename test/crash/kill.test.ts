import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect, it } from "vitest";
import { readArchive, waitFor } from "../support/archive.ts";
import { KILLS, startInletProcess } from "../support/inlet-process.ts";
import type { ArchiveIndex } from "../../src/worker.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource, type TestSource } from "../support/test-source.ts";
import { newSendLog, runSender, type SendLog } from "./sender.ts";

/** A longer run: INLET_CRASH_KILLS=200 INLET_CRASH_SENDERS=16. The same seed makes the same decisions again. */
const seed = Number(process.env["INLET_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const kills = Number(process.env["INLET_CRASH_KILLS"] ?? 7);
const senders = Number(process.env["INLET_CRASH_SENDERS"] ?? 8);
/** Two shards, so that one batch is spread over two objects; drains often, so that kills meet drains. */
const SETTINGS = { shards: 2, drain: { afterMs: 250, afterBytes: 60_000 } };

const stateDir = await mkdtemp(path.join(tmpdir(), "inlet-crash-"));
afterAll(() => rm(stateDir, { recursive: true, force: true }));

it(
  "archives what was acknowledged exactly once, whatever is killed and when",
  async () => {
    const source = await prepare();
    const log = newSendLog();
    await sendWhileKilling(source, log, seededRandom(seed));

    const inlet = await startInlet({}, { stateDir });
    const events = await readArchive(inlet, source.id);
    const archived = events.map((event) => event.messageId);
    const byName = countBy(events.map((event) => String(event["event"])));
    const indexed = await figuresLike(byName, () => indexedByName(inlet, source.id));
    const received = await figuresLike(byName, () => receivedByName(inlet, source.id));
    await inlet.stop();

    const copies = Map.groupBy(archived, (id) => id);
    report(log, archived.length);
    expect([...log.acknowledged].filter((id) => !copies.has(id))).toEqual([]);
    expect([...copies].filter(([, all]) => all.length > 1).map(([id]) => id)).toEqual([]);
    expect(archived.filter((id) => !log.sent.has(id))).toEqual([]);
    expect(indexed).toEqual(byName);
    expect(received).toEqual(byName);
    expect(Object.fromEntries(log.refusals)).toEqual({});
    expect(log.acknowledged.size).toBeGreaterThan(kills * 200);
    expect(log.duplicates).toBeGreaterThan(kills * 20);
  },
  60_000 + kills * 20_000,
);

const countBy = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));

interface Overview {
  readonly dataset: readonly { readonly eventName?: string; readonly total: number }[];
}

/** How many of each name the source's ledger counted, the archive's markers left out. */
async function receivedByName(inlet: RunningInlet, sourceId: string): Promise<Record<string, number>> {
  const at = (ms: number) => new Date(ms).toISOString();
  const window = { startTime: at(Date.now() - 86_400_000), endTime: at(Date.now() + 3_600_000) };
  const query = new URLSearchParams({ sourceId, ...window, granularity: "HOUR", groupBy: "eventName" });
  const { dataset } = await inlet.api<Overview>("GET", `/api/delivery-overview/successfully-received?${query}`);
  const named = dataset.filter(({ eventName }) => eventName?.startsWith("Crashed"));
  return Object.fromEntries(named.map(({ eventName, total }) => [eventName, total]));
}

/** How many of each name the archive's index knows, the markers left out: every segment counts once. */
async function indexedByName(inlet: RunningInlet, sourceId: string): Promise<Record<string, number>> {
  const indexes = await inlet.miniflare.getDurableObjectNamespace("ARCHIVE_INDEX");
  const index = indexes.get(indexes.idFromName(sourceId)) as unknown as Pick<ArchiveIndex, "days">;
  const kinds = (await index.days()).flatMap((day) => day.kinds);
  const named = kinds.filter(({ kind }) => kind.name?.startsWith("Crashed"));
  const sums = Map.groupBy(named, ({ kind }) => String(kind.name));
  return Object.fromEntries([...sums].map(([name, all]) => [name, all.reduce((sum, { count }) => sum + count, 0)]));
}

/** Figures come a moment after the archive: the last seen once they are as expected, or when they never were. */
async function figuresLike<T>(expected: T, read: () => Promise<T>): Promise<T> {
  let last = await read();
  await waitFor("the figures", async () => isDeepStrictEqual((last = await read()), expected)).catch(() => undefined);
  return last;
}

async function prepare(): Promise<TestSource> {
  const inlet = await startInlet({}, { stateDir });
  const source = await createSource(inlet, SETTINGS);
  await inlet.stop();
  return source;
}

/** Senders go on through all kills and restarts, as clients of a service that is down now and then do. */
async function sendWhileKilling(source: TestSource, log: SendLog, random: Random): Promise<void> {
  let inlet = await startInletProcess({ stateDir, port: 0 });
  const { url } = inlet;
  const done = new AbortController();
  const running = Array.from({ length: senders }, (_, n) =>
    runSender({
      url,
      writeKey: source.writeKey,
      name: `s${n}`,
      random: seededRandom(random.between(0, 2 ** 31)),
      log,
      stop: done.signal,
    }),
  );
  try {
    for (let n = 0; n < kills; n++) {
      await sleep(random.between(50, 1500));
      await inlet.kill(KILLS[n % KILLS.length]!);
      inlet = await startInletProcess({ stateDir, port: Number(url.port) });
    }
    await sleep(random.between(50, 500));
  } finally {
    done.abort();
    await Promise.all(running);
    await inlet.kill("group");
  }
}

function report(log: SendLog, archived: number): void {
  console.log(
    `crash test, seed ${seed}: ${kills + 1} kills, ${log.requests} requests of ${senders} senders (${log.failed} failed), ` +
      `${log.sent.size} ids sent, ${log.duplicates} duplicates sent, ` +
      `${log.acknowledged.size} acknowledged, ${archived} archived`,
  );
}
