import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ExportDeps } from "../../queues/exports.ts";
import type { HourDeps } from "../../src/warehouse/hour-deps.ts";
import { START, stopClock } from "../support/clock.ts";
import { createExportChain, objectsUnder, track, type ExportChain } from "../support/export-chain.ts";
import { HOUR } from "../support/exports.ts";

const [H1, H2] = [START - 30 * HOUR, START - 29 * HOUR];

let clock: ReturnType<typeof stopClock>;
beforeEach(() => void (clock = stopClock()));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A process that dies before its nth call of the outside: what the call before has done stays done. */
function mortal(deps: ExportDeps, nth: number) {
  let calls = 0;
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    if (++calls >= nth) throw new Error("killed");
    return work();
  };
  const hours = (sourceId: string): HourDeps => {
    const { exports, ...rest } = deps.hours(sourceId);
    return {
      ...rest,
      segments: (hour) => call(() => rest.segments(hour)),
      readSegment: (segment) => call(() => rest.readSegment(segment)),
      put: (key, bytes, type) => call(() => rest.put(key, bytes, type)),
      open: (key) => call(() => rest.open(key)),
      exports: {
        claimHour: () => call(() => exports.claimHour()),
        renewHour: (token) => call(() => exports.renewHour(token)),
        writing: (token, keys, n) => call(() => exports.writing(token, keys, n)),
        checkpoint: (token, progress) => call(() => exports.checkpoint(token, progress)),
        failHour: (token, error, final) => call(() => exports.failHour(token, error, final)),
        publishing: (token, request) => call(() => exports.publishing(token, request)),
        published: (token) => call(() => exports.published(token)),
      },
      // Every segment is a step of its own, every step a message, every few rows a file; segments are read twice.
      now: () => Date.now() + calls * HOUR,
      limits: { stepChars: 1, stepMs: 1, keptChars: 0, bufferBytes: 1500 },
    };
  };
  return { deps: { ...deps, hours }, calls: () => calls };
}

/** Two hours; the first is published already and gets a late event, a copy, and a line that is cut off. */
async function prepare(): Promise<ExportChain> {
  const chain = await createExportChain();
  const viewed = (hour: number, n: number) => track("Viewed", { n, page: `/${n}` }, { messageId: `${hour - H1}-${n}` });
  await chain.archive(H1, [viewed(H1, 1), viewed(H1, 2)]);
  await chain.tell(H1);
  await chain.drain();
  await chain.archive(H1 + 5, [viewed(H1, 3), viewed(H1, 1), '{"type":'], 1);
  await chain.archive(H2, [viewed(H2, 1), track("Paid", { total: 1.5 }, { messageId: "paid" })]);
  await chain.archive(H2 + 9, [viewed(H2, 2), viewed(H1, 2)]);
  for (const hour of [H1, H2]) await chain.tell(hour);
  return chain;
}

async function rowsOf(chain: ExportChain): Promise<unknown> {
  const rows = await Promise.all(["tracks", "viewed", "paid"].map((table) => chain.rows(table)));
  return rows.map((list) => list.map(({ id, n, total }) => `${String(id)} ${String(n)} ${String(total)}`).toSorted());
}

/** A reader that comes now: every hour it finds is whole, in its old version or its new one. */
async function isWhole(chain: ExportChain): Promise<void> {
  for (const { hour, version } of await chain.manifests("viewed")) {
    const rows = (await chain.rows("viewed")).filter(
      (row) => Math.floor((row["received_at"] as Date).getTime() / HOUR) * HOUR === hour,
    );
    expect([hour, rows.length]).toEqual([hour, hour === H2 || version === 1 ? 2 : 3]);
  }
}

const EXPECTED = [
  ["0-1 undefined undefined", "0-2 undefined undefined", "0-3 undefined undefined"].concat([
    "3600000-1 undefined undefined",
    "3600000-2 undefined undefined",
    "paid undefined undefined",
  ]),
  ["0-1 1 undefined", "0-2 2 undefined", "0-3 3 undefined", "3600000-1 1 undefined", "3600000-2 2 undefined"],
  ["paid undefined 1.5"],
];

async function isQuiet(chain: ExportChain): Promise<boolean> {
  const { waitingHours, running, followers } = await chain.desk.summary();
  return waitingHours === 0 && running === undefined && followers.every(({ behind }) => behind === 0);
}

/** Dies at the nth call, is started again, and works until nothing is left. How many calls the first life took. */
async function survive(nth: number): Promise<number> {
  const chain = await prepare();
  const steady = chain.deps;
  const { deps, calls } = mortal(steady, nth);
  chain.deps = deps;
  await chain.drain();
  await isWhole(chain);
  chain.deps = mortal(steady, Number.POSITIVE_INFINITY).deps;
  for (let life = 1; life < 20 && !(await isQuiet(chain)); life++) {
    clock.at(life * 5 * 60_000);
    await chain.alarm();
    await chain.drain();
  }
  expect(await rowsOf(chain)).toEqual(EXPECTED);
  expect(await isQuiet(chain)).toBe(true);
  await expectNothingLeftOver(chain);
  return calls();
}

/** Every file of a table is one that a manifest names, once the trash has been taken out. */
async function expectNothingLeftOver(chain: ExportChain): Promise<void> {
  clock.at(3 * 24 * HOUR);
  await chain.alarm();
  for (const table of ["tracks", "viewed", "paid"]) {
    const named = (await chain.manifests(table)).flatMap(({ files }) => files.map(({ key }) => key));
    const there = (await objectsUnder(`warehouse/${chain.schema}/${table}/day=`)).filter((key) =>
      key.endsWith(".parquet"),
    );
    expect(there.toSorted()).toEqual(named.toSorted());
  }
}

it("a run that is killed at any call ends with the same rows, and leaves nothing behind", async () => {
  const total = await survive(Number.POSITIVE_INFINITY);
  expect(total).toBeGreaterThan(40);
  for (let nth = 1; nth <= total; nth++) {
    clock.at(0);
    await survive(nth);
  }
}, 300_000);
