import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { REGISTRY_LIMITS } from "../../src/core/warehouse/registry.ts";
import type { Exports } from "../../src/worker.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportChain, track } from "../support/export-chain.ts";
import { createExportsRig, HOUR, testFile, testProgress, testTable } from "../support/exports.ts";

const H1 = START - 30 * HOUR;

stopClockInEach();

/** Bytes of the largest row: SQLite in a Durable Object takes 2 MB, which the local one does not hold us to. */
const largestRow = (desk: DurableObjectStub<Exports>): Promise<number> =>
  runInDurableObject(desk, (_, { storage: { sql } }) => {
    const names = sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    const sizes = names.toArray().map(({ name }) => {
      const columns = sql.exec<{ name: string }>("SELECT name FROM pragma_table_info(?)", name).toArray();
      const sum = columns.map((column) => `COALESCE(LENGTH(CAST("${column.name}" AS BLOB)), 0)`).join(" + ");
      return sql.exec<{ most: number | null }>(`SELECT MAX(${sum}) AS most FROM "${name}"`).one().most ?? 0;
    });
    return Math.max(...sizes);
  });

/** More than one row of the object's storage can name: SQLite takes 2 MB. */
const FILES = 20_000;

describe("an hour in which one table became very many files", () => {
  it("is checked in, published, read by followers and replaced like any other", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const claim = await rig.claim();
    const files = Array.from({ length: FILES }, (_, n) => testFile(claim, "ordered", n));
    const [first, second] = [files.slice(0, FILES - 10), files.slice(FILES - 10)];
    await rig.desk.checkpoint(claim.token, testProgress(claim, { files: { ordered: first } }));
    expect(await largestRow(rig.desk)).toBeLessThan(2_000_000);
    const publication = await rig.publish(await rig.claim(), { files: { ordered: second } });
    expect(publication.tables.map(({ files: { length }, rows }) => [length, rows])).toEqual([[FILES, FILES * 10]]);
    expect(publication.tables[0]!.files).toEqual(files);
    expect(await largestRow(rig.desk)).toBeLessThan(2_000_000);
    const { tables } = await rig.desk.tables();
    expect(tables[0]).toMatchObject({ files: FILES, rows: FILES * 10 });
    const listed = await rig.desk.files({ limit: 10 });
    expect(listed.files).toHaveLength(FILES);
    expect((await rig.follow("snapshot")).tables[0]!.files).toHaveLength(FILES);
    await rig.changed(H1, 2);
    const again = await rig.export();
    expect(again.tables[0]!.replaced).toEqual(files);
    expect((await rig.desk.tables()).tables[0]).toMatchObject({ files: 1, rows: 10 });
  });
});

describe("an hour with as many events as a source may have tables", () => {
  it("is published and made again, without a look at every table for each of them", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const claim = await rig.claim();
    const names = Array.from({ length: REGISTRY_LIMITS.tables }, (_, i) => `event_${i}`);
    const tables = names.map((name) =>
      testTable(
        name,
        Array.from({ length: 15 }, (_, i) => `column_${i}`),
      ),
    );
    const files = Object.fromEntries(names.map((name, n) => [name, [testFile(claim, name, n)]]));
    const publication = await rig.publish(claim, { tables, files });
    expect(publication.tables).toHaveLength(names.length);
    expect((await rig.desk.tables()).tables.map(({ name }) => name)).toEqual(names);
    await rig.changed(H1, 2);
    const again = await rig.claim();
    const grown = tables.map(({ name }) => testTable(name, ["total", "more"]));
    await rig.publish(again, {
      tables: grown,
      files: Object.fromEntries(names.map((name, n) => [name, [testFile(again, name, n)]])),
    });
    expect((await rig.desk.tables()).tables.map(({ name, files: count }) => [name, count])).toEqual(
      names.map((name) => [name, 1]),
    );
  });
});

describe("an hour with more new names than may get a table at once", () => {
  it("leaves those to a later hour, over pauses too, and has them when it is exported again", async () => {
    const chain = await createExportChain();
    const { firstTables, newTables } = REGISTRY_LIMITS;
    await chain.changed(H1 - HOUR);
    await chain.export({ tables: Array.from({ length: firstTables }, (_, n) => testTable(`first_${n}`)) });
    const namesOf = (prefix: string) => Array.from({ length: newTables }, (_, n) => track(`${prefix} ${n}`));
    const flood = namesOf("Flood");
    await chain.archive(H1, flood.slice(0, 10));
    await chain.archive(H1 + 1, flood.slice(10));
    await chain.archive(H1 + 2, [track("Paid", { total: 5 })]);
    await chain.tell(H1);
    const { deps } = chain;
    let calls = 0;
    // Every segment is a step of its own, and every step a message.
    chain.deps = {
      ...deps,
      hours: (id) => {
        const real = deps.hours(id);
        return { ...real, now: () => Date.now() + ++calls * HOUR, limits: { ...real.limits, stepChars: 1, stepMs: 1 } };
      },
    };
    await chain.drain();
    chain.deps = deps;
    expect((await chain.desk.summary()).tables).toBe(firstTables + newTables + 1);
    expect(await chain.rows("tracks")).toHaveLength(newTables + 1);
    expect(await chain.manifests("paid")).toEqual([]);
    const { runs } = await chain.desk.runs({ target: "lake", limit: 1 });
    expect(runs).toMatchObject([{ status: "partial", notices: [{ code: "NEW_TABLE_LIMIT", count: 1, lost: true }] }]);

    await chain.archive(H1 + HOUR, [track("Paid", { total: 6 }), ...namesOf("More")]);
    await chain.tell(H1 + HOUR);
    await chain.drain();
    expect((await chain.rows("paid")).map(({ total }) => Number(total))).toEqual([6]);
    expect((await chain.desk.summary()).tables).toBe(firstTables + 2 * newTables + 1);
    await chain.desk.run({ from: H1, to: H1 + HOUR, rebuild: true });
    await chain.drain();
    expect((await chain.rows("paid")).map(({ total }) => Number(total)).toSorted()).toEqual([5, 6]);
  });
});
