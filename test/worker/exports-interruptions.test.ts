import { expect, it } from "vitest";
import type { ExportDeps } from "../../queues/exports.ts";
import type { HourDeps } from "../../src/warehouse/hour-deps.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportChain, objectsUnder, track, type ExportChain } from "../support/export-chain.ts";
import { HOUR } from "../support/exports.ts";

const H1 = START - 30 * HOUR;

const clock = stopClockInEach();

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
      putNewer: (key, json, isOlder) => call(() => rest.putNewer(key, json, isOlder)),
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

/** An hour that is published already gets a late segment: new events, a copy, a new table and a line that is cut off. */
async function prepare(): Promise<ExportChain> {
  const chain = await createExportChain();
  const viewed = (n: number) => track("Viewed", { n, page: `/${n}` }, { messageId: `m${n}` });
  await chain.archive(H1, [viewed(1), viewed(2)]);
  await chain.tell(H1);
  await chain.drain();
  const paid = track("Paid", { total: 1.5 }, { messageId: "paid" });
  await chain.archive(H1 + 5, [viewed(3), viewed(1), '{"type":', paid], 1);
  await chain.tell(H1);
  return chain;
}

async function rowsOf(chain: ExportChain): Promise<unknown> {
  const rows = await Promise.all(["tracks", "viewed", "paid"].map((table) => chain.rows(table)));
  return rows.map((list) => list.map(({ id, n, total }) => `${String(id)} ${String(n)} ${String(total)}`).toSorted());
}

const EXPECTED = [
  ["m1", "m2", "m3", "paid"].map((id) => `${id} undefined undefined`),
  ["m1 1 undefined", "m2 2 undefined", "m3 3 undefined"],
  ["paid undefined 1.5"],
];

/** A reader that comes now finds the hour whole, in its old version or its new one. */
async function isWhole(chain: ExportChain): Promise<void> {
  const [manifest] = await chain.manifests("viewed");
  expect(await chain.rows("viewed")).toHaveLength(manifest!.version === 1 ? 2 : 3);
}

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
  expect(total).toBeGreaterThan(30);
  for (let nth = 1; nth <= total; nth++) {
    clock.at(0);
    await survive(nth);
  }
}, 300_000);
