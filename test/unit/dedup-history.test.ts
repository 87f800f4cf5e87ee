import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DedupHistory, SMALL } from "../support/dedup-history.ts";
import { sqliteStorage } from "../support/sqlite-storage.ts";

const WINDOW_HOURS = 5;
const idsOf = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}-${i}`);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ append: fc.array(fc.nat(900), { minLength: 1, maxLength: 40, size: "max" }) }) },
  { weight: 3, arbitrary: fc.constant({ drain: true } as const) },
  { weight: 5, arbitrary: fc.record({ fold: fc.oneof(fc.nat(8), fc.constant(Infinity)) }) },
  { weight: 2, arbitrary: fc.record({ hours: fc.integer({ min: -1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.constant({ expire: true } as const) },
  { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
);

describe("dedup over days of commits, drains, folds, expiry and restarts", () => {
  test("knows each id of its window, and no id that never came", { timeout: 120_000 }, async () => {
    let [folded, merged] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120, size: "max" }), async (steps) => {
        const history = new DedupHistory(sqliteStorage());
        // id → the hour it was admitted in; one that has expired may be forgotten, at a time of the index's choice.
        const admitted = new Map<string, number>();
        let cut = -Infinity;
        for (const one of steps) {
          if ("append" in one) {
            const ids = [...new Set(one.append)].map((n) => `id-${n}`);
            const told = history.append(ids);
            ids.forEach((id, i) => {
              const hour = admitted.get(id);
              if (hour === undefined) expect(told[i]).toBe(false);
              else if (hour >= cut) expect(told[i]).toBe(true);
              if (!told[i]) admitted.set(id, history.hour);
            });
          } else if ("drain" in one) await history.drain();
          else if ("fold" in one) history.fold(one.fold);
          else if ("hours" in one) history.hour += one.hours;
          else if ("expire" in one) {
            history.expire(WINDOW_HOURS);
            cut = Math.max(cut, history.hour - WINDOW_HOURS);
          } else history.restart();
          folded = Math.max(folded, history.memory.index.runs.length);
          if (history.memory.index.runs.some(({ shape }) => shape.level === 1)) merged++;
        }
        for (const [id, hour] of admitted) if (hour >= cut) expect(history.knows(id)).toBe(true);
        for (const id of idsOf("never", 20)) expect(history.knows(id)).toBe(false);
      }),
      { numRuns: 20 },
    );
    expect({ folded: folded > 1, merged: merged > 0 }).toEqual({ folded: true, merged: true });
  });

  test("loses and doubles nothing, whichever turn of a fold was the last before the object died", async () => {
    for (let turns = 0; turns < 40; turns++) {
      const history = new DedupHistory(sqliteStorage());
      const ids = idsOf("a", 70 * SMALL.fanIn);
      for (let n = 0; n < SMALL.fanIn; n++) {
        history.append(ids.slice(n * 70, (n + 1) * 70));
        await history.drain();
        if (n < SMALL.fanIn - 1) history.fold();
      }
      history.fold(turns);
      history.restart();
      expect(history.append([...ids, "new"])).toEqual([...ids.map(() => true), false]);
      history.fold();
      expect(history.append(["new", ...ids, "newer"])).toEqual([...ids.map(() => true), true, false]);
      expect(history.memory.index.runs.map(({ shape }) => shape.level)).toEqual([1]);
      expect(history.store.runs.traces()).toEqual(history.memory.index.runs.map(({ shape }) => shape.run));
    }
  });

  test("lets go of what it moved, though more was packed meanwhile", () => {
    const history = new DedupHistory(sqliteStorage());
    const [many, few, later] = [idsOf("a", 62), idsOf("b", 5), idsOf("c", 9)];
    history.append(many);
    history.append(few);
    history.pack();
    history.fold(1);
    history.append(later);
    history.pack();
    history.fold();
    expect(history.memory.index.size).toBe(62 + 5 + 9);
    const known = [...many, ...few, ...later];
    expect(history.append([...known, "new"])).toEqual([...known.map(() => true), false]);
  });

  test("forgets a run with its newest hour, deletes its pages, and a segment's row with its own hour", async () => {
    const history = new DedupHistory(sqliteStorage());
    const [first, second] = [idsOf("a", 40), idsOf("b", 40)];
    history.append(first);
    history.hour++;
    history.append(second);
    await history.drain();
    history.pack();
    history.fold();
    expect(history.memory.index.runs.map(({ shape }) => shape.newest - shape.oldest)).toEqual([1]);
    expect(history.memory.index.oldest).toBe(history.hour - 1);
    history.hour += WINDOW_HOURS;
    history.expire(WINDOW_HOURS);
    expect([history.knows("a-0"), history.knows("b-0")]).toEqual([false, true]);
    expect(history.memory.index.oldest).toBe(history.hour - WINDOW_HOURS);
    history.append(["later"]);
    await history.drain();
    history.hour++;
    history.expire(WINDOW_HOURS);
    history.fold();
    expect([history.knows("b-0"), history.knows("later")]).toEqual([false, true]);
    expect([history.store.runs.runs(), history.store.runs.traces()]).toEqual([[], []]);
    expect(history.append(["b-0", "a-0", "later"])).toEqual([false, false, true]);
  });

  test("writes nothing more for a source that never has many ids", async () => {
    const storage = sqliteStorage();
    const history = new DedupHistory(storage);
    for (let hour = 0; hour < 6; hour++, history.hour++) {
      history.append(idsOf(`h${hour}`, 5));
      await history.drain();
      history.fold();
    }
    const tables = storage.sql.exec("SELECT name FROM sqlite_master ORDER BY name").toArray();
    expect(tables.map(({ name }) => name)).toEqual(["duplicates", "meta", "outbox", "segments"]);
    expect(storage.sql.exec("SELECT * FROM meta").toArray()).toEqual([]);
    history.restart();
    expect(history.append(["h0-0", "h5-4"])).toEqual([true, true]);
  });
});
