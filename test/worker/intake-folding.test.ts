import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hashIds } from "../../src/core/id-hashes.ts";
import { DEDUP_SIZES } from "../../src/core/dedup-run.ts";
import type { Intake } from "../../src/worker.ts";
import { DedupHistory, SMALL } from "../support/dedup-history.ts";
import { intakeOf, testBatch, testRoute } from "../support/intake.ts";

const HOUR_MS = 3_600_000;
const ids = (n: number) => Array.from({ length: n }, () => crypto.randomUUID());
const appended = (duplicates: number[] = []) => ({ status: "appended", duplicates });
const all = (known: readonly string[]) => known.map((_, i) => i);

/** What the object keeps in its storage by a history of its own, as if its sizes were small. */
const inStorage = (stub: DurableObjectStub<Intake>, live: (history: DedupHistory) => Promise<void>): Promise<void> =>
  runInDurableObject(stub, async (_, state) => {
    const history = new DedupHistory(state.storage);
    history.hour = Math.floor(Date.now() / HOUR_MS);
    await live(history);
  });

/** The tables of a shard as they were before ids were moved to disk, and two segments in them. */
const OLD_TABLES = `
  DROP TABLE outbox; DROP TABLE segments;
  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY, segment INTEGER NOT NULL, at INTEGER NOT NULL,
    count INTEGER NOT NULL, hashes BLOB NOT NULL, lines TEXT NOT NULL, kinds TEXT, received TEXT);
  CREATE TABLE segments (
    no INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, count INTEGER NOT NULL,
    hashes BLOB NOT NULL, commits TEXT NOT NULL, confirmed INTEGER NOT NULL, kinds TEXT, facts TEXT);
`;

describe("an object that dies while it moves ids to disk", () => {
  // Of 210 ids: a first run of 70 (three blocks), a second, then the third and the merge of all.
  for (const turns of [2, 3, 4, 7, 11, 13]) {
    it(`knows every id and no other afterwards, after ${turns} turns`, async () => {
      const route = testRoute();
      const stub = intakeOf(route);
      const known = ids(70 * SMALL.fanIn);
      await inStorage(stub, async (history) => {
        for (let n = 0; n < SMALL.fanIn; n++) {
          history.append(known.slice(n * 70, (n + 1) * 70));
          await history.drain();
          if (n < SMALL.fanIn - 1) history.fold();
        }
        history.fold(turns);
      });
      await evictDurableObject(stub);
      const [fresh] = ids(1) as [string];
      expect(await stub.append(testBatch(route, [...known, fresh]))).toEqual(appended(all(known)));
      expect(await stub.append(testBatch(route, [fresh]))).toEqual(appended([0]));
      expect(await stub.lookup(known[100]!)).toMatchObject({ stored: true });
      const asked = await stub.seen(hashIds([known[209]!, ...ids(1), known[0]!]), { epoch: 1, windowMs: 24 * HOUR_MS });
      expect(asked).toEqual([0, 2]);
    });
  }
});

describe("an object whose ids become many", () => {
  const sizes = { ...DEDUP_SIZES };
  afterEach(() => void Object.assign(DEDUP_SIZES, sizes));

  it("moves them to disk after a drain, beside appends, and knows them all the while", async () => {
    Object.assign(DEDUP_SIZES, SMALL);
    const route = testRoute();
    const stub = intakeOf(route);
    const known = ids(400);
    for (let n = 0; n < known.length; n += 25) await stub.append(testBatch(route, known.slice(n, n + 25)));
    await runDurableObjectAlarm(stub);
    const runs = () =>
      runInDurableObject(stub, (_, { storage: { sql } }) =>
        sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'runs'").toArray().length === 0
          ? []
          : sql.exec<{ ids: number }>("SELECT ids FROM runs").toArray(),
      );
    await vi.waitFor(async () => {
      expect(await stub.append(testBatch(route, known))).toEqual(appended(all(known)));
      expect(await runs()).toHaveLength(1);
    }, 10_000);
    const [moved] = await runs();
    expect(moved?.ids).toBeGreaterThan(SMALL.foldIds);
    expect(await stub.append(testBatch(route, [...known, ...ids(1)]))).toEqual(appended(all(known)));
  });
});

describe("an object of an earlier version", () => {
  it("goes on with its segments of longer hashes, packed, moved to disk and found again", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const [first, second, third] = [ids(90), ids(90), ids(30)];
    const hour = Math.floor(Date.now() / HOUR_MS);
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      sql.exec(OLD_TABLES);
      [first, second].forEach((known, no) =>
        sql.exec(
          "INSERT INTO segments VALUES (?, ?, ?, ?, '[[0,5]]', 1, NULL, NULL)",
          no,
          hour,
          known.length,
          hashIds(known),
        ),
      );
    });
    await evictDurableObject(stub);
    expect(await stub.append(testBatch(route, [first[3]!, ...third]))).toEqual(appended([0]));
    await inStorage(stub, async (history) => {
      await history.drain();
      history.append(["another"]);
      history.fold();
      expect(history.memory.index.runs).toHaveLength(1);
    });
    await evictDurableObject(stub);
    const known = [...first, ...second, ...third, "another"];
    expect(await stub.append(testBatch(route, [...known, ...ids(1)]))).toEqual(appended(all(known)));
    expect(await stub.lookup(second[89]!)).toMatchObject({ line: 89, stored: true, firstSeenAt: 5 });
    const widths = await runInDurableObject(stub, (_, state) =>
      state.storage.sql
        .exec<{ width: number }>("SELECT LENGTH(hashes) / count AS width FROM segments ORDER BY no")
        .toArray()
        .map(({ width }) => width),
    );
    expect(widths).toEqual([16, 16, 12]);
  });
});
