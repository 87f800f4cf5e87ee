import { describe, expect, it } from "vitest";
import { startEngines, type LoadEngine } from "../support/load-engines.ts";
import { expectSameRows, identify, order } from "../support/load-expected.ts";
import { Loader, LoadRig } from "../support/load-rig.ts";

const engines = startEngines();
const engineOf = (kind: LoadEngine["kind"]): LoadEngine => engines.find((engine) => engine.kind === kind)!;

/** Of each engine; another multiple of calls than the statements of one table, so that each kind is hit. */
const KILLS = 9;
let schemas = 0;
const newRig = () => new LoadRig(`shop_${++schemas}`);

const UGLY = [
  'quote " and \\ and {a,b} NULL',
  "'; DROP TABLE x; --",
  "null",
  "",
  "zwei\nZeilen\t\r",
  "😀\ud800x",
  "a\0b",
  "\\N",
  "日本語",
];

describe.each(["clickhouse", "postgres"] as const)("loading into %s", { timeout: 30_000 }, (kind) => {
  const loaderOf = (rig: LoadRig) => new Loader(rig, kind, engineOf(kind).settings);

  it("brings all tables of an hour, and nothing twice when it is repeated", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    const hour = await rig.publish(
      0,
      [
        order("m1", { total: 10.5, items: 2, gift: true, at: "2026-11-20T10:00:00.123Z", list: [1, { a: 2 }] }),
        order("m2", { total: null, items: 9_007_199_254_740_991 }),
        identify("m3", "u1", { email: "ada@example.com", plan: "free" }),
        { type: "page", messageId: "m4", anonymousId: "a1", name: "Home", properties: { day: "Monday", hr: 7 } },
        { type: "group", messageId: "m5", userId: "u1", groupId: "g1", traits: { seats: 3 } },
      ],
      2,
    );
    expect(await loader.load(hour)).toMatchObject({ status: "success" });
    await expectSameRows(rig, engineOf(kind));
    const again = await loader.load(hour);
    expect(again).toMatchObject({ status: "success", rows: 0, newColumns: [] });
    await expectSameRows(rig, engineOf(kind));
  });

  it("keeps values as they were sent, however ugly", async () => {
    const rig = newRig();
    const ugly = UGLY.map((text, i) =>
      order(`m${i}-${text.replaceAll("\0", "")}`, {
        text,
        [`n${i % 3}`]: i - 4,
        float: 1e300 / 10 ** i,
        small: -0.1 * i,
        big: i % 2 === 0 ? 9.2e18 : -1,
        when: ["0001-01-01", "9999-12-31T23:59:59.999Z", "1969-12-31T23:59:59.001Z", "2300-01-01"][i % 4]!,
      }),
    );
    const result = await loaderOf(rig).load(await rig.publish(0, ugly));
    await expectSameRows(rig, engineOf(kind));
    const codes = result.notices.map(({ code, column, count }) => [code, column, count]);
    expect(codes).toEqual(kind === "postgres" ? [["NUL_REPLACED", "text", 1]] : []);
    expect(result.status).toBe(kind === "postgres" ? "partial" : "success");
  });

  it("says once of a table's files what could not be stored as it came", async () => {
    const rig = newRig();
    const orders = [1, 2, 3, 4, 5].map((n) => order(`m${n}`, { text: n === 3 ? "whole" : `a\0${n}` }));
    const { notices } = await loaderOf(rig).load(await rig.publish(0, orders, 2));
    const told = notices.filter(({ table }) => table === "order_completed").map(({ code, count }) => [code, count]);
    expect(told).toEqual(kind === "postgres" ? [["NUL_REPLACED", 4]] : []);
  });

  it("takes an hour's next version in place of the one before: late rows, lost rows, lost tables", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    const other = { type: "track", event: "Once Only", messageId: "x", properties: {} };
    await loader.load(await rig.publish(1, [order("n1", { total: 7 })]));
    await loader.load(await rig.publish(0, [order("m1", { total: 1 }), order("m2", { total: 2 }), other]));
    const next = await rig.publish(0, [order("m1", { total: 1 }), order("m3", { total: 3, coupon: "A" })]);
    const result = await loader.load(next);
    expect(result.newColumns).toEqual(["order_completed.coupon"]);
    await expectSameRows(rig, engineOf(kind));
    expect(await engineOf(kind).count(rig.schema, "once_only")).toBe(0);
    // Whoever comes late with the old version changes nothing.
    expect(await engineOf(kind).count(rig.schema, "order_completed")).toBe(3);
  });

  it("brings users and accounts up to date", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    await loader.load(
      await rig.publish(0, [identify("m1", "u1", { plan: "free", age: 40 }), identify("m2", "u2", {})]),
    );
    await loader.load(
      await rig.publish(1, [identify("m3", "u1", { plan: "pro" }), identify("m4", "u3", { city: "Ulm" })]),
    );
    await expectSameRows(rig, engineOf(kind));
    expect(
      (
        await engineOf(kind).rows(rig.schema, "users", [
          { name: "id", type: "varchar" },
          { name: "plan", type: "varchar" },
          { name: "age", type: "integer" },
        ])
      ).get("u1"),
    ).toEqual({ id: "u1", plan: "pro", age: "40" });
  });

  it("gives a column its new type once its owner has changed it", async () => {
    const rig = newRig();
    const loader = loaderOf(rig);
    const events = [order("m1", { sku: 12 }), order("m2", { sku: "A7" })];
    const later = [order("n1", { sku: 99 })];
    await loader.load(await rig.publish(0, events));
    const stale = await rig.publish(1, later);
    await loader.load(stale);
    rig.retype("order_completed", "sku", "varchar");
    expect((await loader.load(await rig.publish(0, events))).status).toBe("success");
    // A publication from before the change that is loaded once more does not bring the old type back.
    await loader.load({
      ...stale,
      tables: stale.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.name === "sku" ? { ...column, type: "integer" as const } : column,
        ),
      })),
    });
    await loader.load(await rig.publish(1, later));
    await expectSameRows(rig, engineOf(kind));
  });

  it("ends the same wherever it is killed and however often", async () => {
    const events = [0, 1].map((n) => [
      ...Array.from({ length: 3 }, (_, i) => order(`h${n}-${i}`, { total: i, [`p${n}`]: "x" })),
      identify(`i${n}`, `u${n}`, { plan: `p${n}` }),
    ]);
    const steps = async (rig: LoadRig, loader: Loader) => {
      const hours = [await rig.publish(0, events[0]!, 2), await rig.publish(1, events[1]!, 3)];
      return [...hours, await rig.publish(0, events[0]!.slice(1), 2)].map((hour) => () => loader.load(hour));
    };
    const rehearsal = newRig();
    const counted = loaderOf(rehearsal);
    for (const step of await steps(rehearsal, counted)) await step();
    expect(counted.calls).toBeGreaterThan(20);
    const every = Math.ceil(counted.calls / KILLS);
    for (let n = 1; n <= counted.calls; n += every) {
      const rig = newRig();
      const loader = loaderOf(rig);
      loader.killAt = n;
      loader.killsAfter = n % 2 === 0;
      for (const step of await steps(rig, loader)) {
        let result = await step();
        while (result.status === "failed") {
          loader.killAt = Number.POSITIVE_INFINITY;
          result = await step();
        }
      }
      await expectSameRows(rig, engineOf(kind));
    }
  }, 120_000);
});
