import { expect, it } from "vitest";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportsRig, HOUR, testFile, testTable, type ExportsRig } from "../support/exports.ts";

const [H1, H2] = [START - 30 * HOUR, START - 20 * HOUR];

stopClockInEach();

/** One file for each table. */
async function publish(rig: ExportsRig, names: readonly string[]): Promise<void> {
  const claim = await rig.claim();
  const files = Object.fromEntries(names.map((name, n) => [name, [testFile(claim, name, n)]]));
  await rig.publish(claim, { tables: names.map((name) => testTable(name)), files });
}

const namesOf = async (rig: ExportsRig): Promise<string[]> => (await rig.desk.tables()).tables.map(({ name }) => name);

it("a table is taken away once its hours are made without it and nobody reads them as they were, and may come again", async () => {
  const rig = await createExportsRig();
  const refused = async (name: string, type: string, message: string) =>
    expect(await rig.desk.dropTable(name)).toMatchObject({
      error: { type, message: expect.stringContaining(message) },
    });
  await rig.changed(H1);
  await publish(rig, ["paid", "junk", "viewed"]);
  await rig.follow("snapshot");
  await refused("none", "not_found", "no such table");
  await refused("junk", "conflict", "has rows");
  await rig.settings({ exports: { excludedTables: ["junk"] } });
  await rig.desk.run({ from: H1, to: H2, rebuild: true });
  await publish(rig, ["paid", "viewed"]);
  await refused("junk", "conflict", "still has to take in");
  expect((await rig.follow("snapshot")).tables.find(({ table }) => table === "junk")?.rows ?? 0).toBe(0);
  await rig.changed(H2);
  const under = await rig.claim();
  await refused("junk", "conflict", "just being exported");
  await rig.publish(under, { tables: [testTable("paid")], files: { paid: [testFile(under, "paid")] } });
  expect(await rig.desk.dropTable("junk")).toEqual({ ok: true, value: undefined });
  expect(await namesOf(rig)).toEqual(["paid", "viewed"]);

  await rig.settings({ exports: { excludedTables: [] } });
  await rig.changed(H2, 2);
  await publish(rig, ["paid", "junk", "other"]);
  expect(await namesOf(rig)).toEqual(["paid", "viewed", "junk", "other"]);
  expect((await rig.desk.tables()).tables[2]).toMatchObject({ rows: 10, files: 1 });
});

it("tables that every source has are not taken away", async () => {
  const rig = await createExportsRig();
  await rig.changed(H1);
  await rig.export({ tables: [{ ...testTable("tracks"), kind: "tracks" }], files: {}, events: 1 });
  expect(await rig.desk.dropTable("tracks")).toMatchObject({ error: { type: "conflict" } });
});
