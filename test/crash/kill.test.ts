import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { readArchive } from "../support/archive.ts";
import { KILLS, startInletProcess } from "../support/inlet-process.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { startInlet } from "../support/server.ts";
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
    const archived = (await readArchive(inlet, source.id)).map((event) => event.messageId);
    await inlet.stop();

    const copies = Map.groupBy(archived, (id) => id);
    report(log, archived.length);
    expect([...log.acknowledged].filter((id) => !copies.has(id))).toEqual([]);
    expect([...copies].filter(([, all]) => all.length > 1).map(([id]) => id)).toEqual([]);
    expect(archived.filter((id) => !log.sent.has(id))).toEqual([]);
    expect(Object.fromEntries(log.refusals)).toEqual({});
    expect(log.acknowledged.size).toBeGreaterThan(kills * 200);
    expect(log.duplicates).toBeGreaterThan(kills * 20);
  },
  60_000 + kills * 10_000,
);

async function prepare(): Promise<TestSource> {
  const inlet = await startInlet({}, { stateDir });
  const source = await createSource(inlet, SETTINGS);
  await inlet.stop();
  return source;
}

/** Senders go on through all kills and restarts, as clients of a service that is down now and then do. */
async function sendWhileKilling(source: TestSource, log: SendLog, random: Random): Promise<void> {
  let inlet = await startInletProcess(stateDir, 0);
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
      inlet = await startInletProcess(stateDir, Number(url.port));
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
