import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WAITING } from "../../durable/intake/outbox.ts";
import { intakeStore, type IntakeStore } from "../../durable/intake/store.ts";
import type { SourceRoute } from "../../src/core/source.ts";
import { START, stopClock } from "../support/clock.ts";
import { archivedIds, intakeOf, testBatch, testLine, testRoute } from "../support/intake.ts";

const HOUR = 3_600_000;
const ids = (count: number): string[] => Array.from({ length: count }, () => crypto.randomUUID());

/** Rows of the table, and those of them that wait. */
const rowsOf = (route: SourceRoute) =>
  runInDurableObject(intakeOf(route), (_, { storage: { sql } }) => ({
    all: Number(sql.exec("SELECT COUNT(*) AS n FROM outbox").one()["n"]),
    waiting: Number(sql.exec(`SELECT COUNT(*) AS n FROM outbox WHERE ${WAITING}`).one()["n"]),
  }));

async function appendEach(route: SourceRoute, all: readonly string[]): Promise<void> {
  for (const id of all) await intakeOf(route).append(testBatch(route, [id]));
}

const rowFor = (segment: number, lines: string) => ({
  segment,
  at: START,
  count: 1,
  hashes: new Uint8Array(16).buffer,
  lines,
  kinds: null,
  received: null,
});

/** As a drain stores it. */
const write = (store: IntakeStore, no: number, work: () => void = () => undefined): void =>
  store.transaction(() => {
    const facts = { hashes: new ArrayBuffer(0), commits: "[]", kinds: null, facts: null };
    store.addSegment({ no, bucket: 0, count: 1, confirmed: 1, ...facts });
    store.clearOutbox(no);
    work();
  });

const linesOf = (store: IntakeStore, segment: number) => store.outboxRows(segment).map(({ lines }) => lines);

/** A store of its own within an object that nothing else uses. */
const inStorage = (work: (open: () => IntakeStore, sql: SqlStorage) => void): Promise<void> =>
  runInDurableObject(intakeOf(testRoute()), (_, { storage }) => work(() => intakeStore(storage), storage.sql));

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the rows of a written segment", () => {
  it("are written over by later commits, also after an eviction, and each event is archived once and in order", async () => {
    const route = testRoute();
    const sent = ids(12);
    for (let drain = 0; drain < 4; drain++) {
      await appendEach(route, sent.slice(drain * 3, drain * 3 + 3));
      expect(await rowsOf(route)).toEqual({ all: 3, waiting: 3 });
      await runDurableObjectAlarm(intakeOf(route));
      expect(await rowsOf(route)).toEqual({ all: 3, waiting: 0 });
      if (drain % 2 === 1) await evictDurableObject(intakeOf(route));
    }
    expect(await archivedIds(route.sourceId)).toEqual(sent);
    const again = await intakeOf(route).append(testBatch(route, sent));
    expect(again).toEqual({ status: "appended", duplicates: sent.map((_, i) => i) });
  });

  it("cost nothing to empty: one row a commit, however many drains there are", async () => {
    const route = testRoute();
    await appendEach(route, ids(3));
    await runDurableObjectAlarm(intakeOf(route));
    let written = 0;
    await runInDurableObject(intakeOf(route), (_, { storage: { sql } }) => {
      const exec = sql.exec.bind(sql);
      vi.spyOn(sql, "exec").mockImplementation((query, ...bindings) => {
        const cursor = exec(query, ...bindings);
        if (query.includes("outbox")) written += cursor.rowsWritten;
        return cursor as never;
      });
    });
    await appendEach(route, ids(3));
    await runDurableObjectAlarm(intakeOf(route));
    expect(written).toBe(3);
  });

  it("stay waiting when the drain fails, and when it dies before the segment is stored", async () => {
    const route = testRoute();
    const sent = ids(4);
    await appendEach(route, sent.slice(0, 2));
    await runDurableObjectAlarm(intakeOf(route));
    await appendEach(route, sent.slice(2, 3));
    vi.spyOn(console, "error").mockReturnValue();
    const put = vi.spyOn(env.ARCHIVE, "put").mockRejectedValue(new Error("R2 is down"));
    await runDurableObjectAlarm(intakeOf(route));
    await evictDurableObject(intakeOf(route));
    expect(await intakeOf(route).lookup(sent[2]!)).toMatchObject({ stored: false, text: testLine(sent[2]!) });
    await appendEach(route, sent.slice(3));
    put.mockRestore();
    await runDurableObjectAlarm(intakeOf(route));
    expect(await archivedIds(route.sourceId)).toEqual(sent);
  });

  it("are gone with the ids' window at the latest", async () => {
    const clock = stopClock();
    const route = testRoute();
    // In one commit: the runtime runs alarms of this clock, which may lie in the past, by itself.
    await intakeOf(route).append(testBatch(route, ids(2)));
    await runDurableObjectAlarm(intakeOf(route));
    expect(await rowsOf(route)).toEqual({ all: 1, waiting: 0 });
    clock.at(26 * HOUR);
    await runDurableObjectAlarm(intakeOf(route));
    expect(await rowsOf(route)).toEqual({ all: 0, waiting: 0 });
    await appendEach(route, ids(1));
    expect(await rowsOf(route)).toEqual({ all: 1, waiting: 1 });
  });
});

describe("the outbox of an earlier version, which deleted what it had written", () => {
  it("goes on with the rows that wait, each archived once and known", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    await appendEach(route, ["a"]);
    await runDurableObjectAlarm(stub);
    await appendEach(route, ["b"]);
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      sql.exec(`DELETE FROM outbox WHERE NOT ${WAITING}`);
      sql.exec("ALTER TABLE outbox RENAME COLUMN text TO lines");
    });
    await evictDurableObject(stub);
    await appendEach(route, ["c"]);
    await runDurableObjectAlarm(stub);
    expect((await archivedIds(route.sourceId)).toSorted()).toEqual(["a", "b", "c"]);
    expect(await stub.append(testBatch(route, ["a", "b", "c"]))).toEqual({ status: "appended", duplicates: [0, 1, 2] });
  });
});

describe("the order of an outbox's commits", () => {
  it("is kept while earlier segments are written in between", () =>
    inStorage((open) => {
      const store = open();
      const add = (segment: number, ...lines: string[]) => {
        for (const line of lines) store.addOutbox(rowFor(segment, line));
      };
      add(0, "a", "b", "c");
      add(1, "d");
      write(store, 0);
      add(1, "e", "f");
      expect(linesOf(store, 1)).toEqual(["d", "e", "f"]);
      add(2, "g", "h");
      write(store, 1);
      add(2, "i", "j", "k");
      expect(linesOf(store, 2)).toEqual(["g", "h", "i", "j", "k"]);
      expect(linesOf(open(), 2)).toEqual(["g", "h", "i", "j", "k"]);
      expect(store.outboxLines(2, 3)).toBe("j");
      expect(linesOf(store, 0)).toEqual([]);
      expect(store.outboxSegments()).toEqual([{ segment: 2, bytes: 5 }]);
    }));

  it("is what it was, and nothing is written over, when a transaction is rolled back", () =>
    inStorage((open) => {
      const store = open();
      const fail = () => {
        throw new Error("rolled back");
      };
      store.addOutbox(rowFor(0, "a"));
      store.addOutbox(rowFor(0, "b"));
      expect(() => write(store, 0, fail)).toThrow("rolled back");
      store.addOutbox(rowFor(1, "c"));
      expect([linesOf(store, 0), linesOf(store, 1)]).toEqual([["a", "b"], ["c"]]);
      write(store, 0);
      expect(() =>
        store.transaction(() => {
          store.addOutbox(rowFor(2, "d"));
          fail();
        }),
      ).toThrow("rolled back");
      store.addOutbox(rowFor(2, "e"));
      store.addOutbox(rowFor(2, "f"));
      expect([linesOf(store, 1), linesOf(store, 2)]).toEqual([["c"], ["e", "f"]]);
    }));

  it("is that of the segments: one that is written before an earlier one is refused", () =>
    inStorage((open) => {
      const store = open();
      store.addOutbox(rowFor(0, "a"));
      store.addOutbox(rowFor(1, "b"));
      expect(() => write(store, 1)).toThrow("not the next");
      expect([linesOf(store, 0), linesOf(store, 1)]).toEqual([["a"], ["b"]]);
    }));

  it("does not let emptied rows pile up", () =>
    inStorage((open, sql) => {
      const store = open();
      const large = "x".repeat(500_000);
      for (let i = 0; i < 30; i++) store.addOutbox(rowFor(0, large));
      for (let i = 0; i < 700; i++) store.addOutbox(rowFor(1, "y"));
      write(store, 0);
      expect(sql.exec("SELECT COUNT(*) AS n FROM outbox WHERE segment = 0").one()).toEqual({ n: 16 });
      write(store, 1);
      expect(sql.exec("SELECT COUNT(*) AS n FROM outbox").one()).toEqual({ n: 16 });
    }));
});
