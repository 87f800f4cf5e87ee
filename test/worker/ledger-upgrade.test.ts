import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { START, stopClock } from "../support/clock.ts";
import { createLedgerRig, laneCells, type LedgerRig } from "../support/ledger.ts";

/** The tables of a ledger as they were before jobs had lanes. */
const OLD_TABLES = `
  DROP TABLE hours; DROP TABLE jobs; DROP TABLE letters; DROP TABLE resends;
  CREATE TABLE hours (hour INTEGER PRIMARY KEY, minutes TEXT NOT NULL, totals TEXT NOT NULL, last_at INTEGER);
  CREATE TABLE jobs (
    key TEXT NOT NULL, replay TEXT NOT NULL, source_id TEXT NOT NULL, count INTEGER NOT NULL,
    pending INTEGER NOT NULL, failed INTEGER NOT NULL, opened_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL, by_schedule INTEGER NOT NULL, claims INTEGER NOT NULL, done_at INTEGER, states BLOB NOT NULL,
    PRIMARY KEY (key, replay)
  ) WITHOUT ROWID;
  CREATE INDEX jobs_due ON jobs (next_at) WHERE done_at IS NULL;
`;
const [DELIVERED, ABANDONED] = [1 << 6, 2 << 6];

let rig: LedgerRig;

beforeEach(async () => {
  stopClock();
  rig = createLedgerRig();
  await runInDurableObject(rig.ledger, (_, { storage: { sql } }) => {
    sql.exec(OLD_TABLES);
    sql.exec("INSERT OR REPLACE INTO meta VALUES ('destinationId', ?)", rig.destinationId);
    const add = (key: string, count: number, pending: number, doneAt: number | null, states: number[]) =>
      sql.exec(
        "INSERT INTO jobs VALUES (?, '', 'src', ?, ?, 0, 0, ?, 0, 0, 3, ?, ?)",
        key,
        count,
        pending,
        START,
        doneAt,
        Uint8Array.from(states),
      );
    add("half", 4, 2, null, [DELIVERED, 1, ABANDONED | 9, 1, 0, 1, 2, 1]);
    add("done", 200, 0, START, [DELIVERED, 200, 1]);
    sql.exec("INSERT INTO hours VALUES (?, ?, ?, NULL)", START, '{"delivered":{"0":5}}', '{"delivered":5}');
  });
  await evictDurableObject(rig.ledger);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a ledger of an earlier version", () => {
  it("still knows what became of its lines", async () => {
    expect(await rig.trace({ key: "half" }, 0)).toMatchObject([{ status: "delivered", attempts: [] }]);
    expect(await rig.trace({ key: "half" }, 1)).toMatchObject([{ status: "abandoned", failures: 9 }]);
    expect(await rig.trace({ key: "done" }, 199)).toMatchObject([{ status: "delivered" }]);
    expect(await rig.claim({ key: "done" })).toEqual({ status: "nothing_due" });
  });

  it("sends what was still pending to the subscriptions, and nothing else; failures so far count", async () => {
    const first = await rig.granted({ key: "half" }, ["one", "two"]);
    expect(first).toMatchObject({ cells: [2, 3, 6, 10], attempt: 1, lanes: ["one", "two"] });
    await rig.settle({ key: "half" }, first, {
      passed: laneCells(first, 0),
      unmatched: [10, 11],
      outcomes: [{ cell: 6, status: "delivered" }],
    });
    vi.setSystemTime(START + 10 * 60_000);
    const second = await rig.granted({ key: "half" });
    expect(second).toMatchObject({ cells: [7], attempt: 3 });
    await rig.settle({ key: "half" }, second, { outcomes: [{ cell: 7, status: "delivered" }] });
    await evictDurableObject(rig.ledger);
    expect(await rig.summary()).toMatchObject({ waiting: 0 });
    expect(await rig.trace({ key: "half" }, 0)).toMatchObject([{ status: "delivered" }, { status: "unmatched" }, {}]);
    expect(await rig.trace({ key: "half" }, 3)).toMatchObject([
      { status: "passed" },
      { subscriptionId: "one", status: "delivered", failures: 2 },
      { subscriptionId: "two", status: "unmatched" },
    ]);
  });

  it("keeps its figures, and counts on by kind", async () => {
    const pointer = await rig.open(1);
    await rig.finish(pointer);
    expect((await rig.summary()).delivered).toBe(6);
    const query = { metric: "successful-delivery", from: START, to: START + 60_000, granularity: "MINUTE" } as const;
    const rows = await rig.ledger.overview({ ...query, groupBy: ["subscriptionId"], filter: {} });
    expect(rows.map(({ subscriptionId, total }) => [subscriptionId, total])).toEqual([
      [undefined, 5],
      ["one", 1],
    ]);
  });

  it("is changed once: opening it again finds it as it is", async () => {
    for (let restart = 0; restart < 2; restart++) {
      expect((await rig.summary()).waiting).toBe(2);
      await evictDurableObject(rig.ledger);
    }
  });
});
