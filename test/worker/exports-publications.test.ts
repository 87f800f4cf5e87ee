import { describe, expect, it } from "vitest";
import { START, stopClockInEach } from "../support/clock.ts";
import type { HourClaim } from "../../src/core/exports.ts";
import {
  countRows,
  createExportsRig,
  HOUR,
  isThere,
  keysOf,
  testFile,
  testProgress,
  testTable,
  writeObjects,
} from "../support/exports.ts";

const [H1, H2, H3] = [START - 30 * HOUR, START - 20 * HOUR, START - 10 * HOUR];

const clock = stopClockInEach();

describe("a publication", () => {
  it("becomes current when its manifests are written, and is finished by whoever comes when that was cut off", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const claim = await rig.claim();
    const request = { progress: testProgress(claim), again: [] };
    const told = await rig.desk.publishing(claim.token, request);
    expect(await rig.desk.publishing(claim.token, request)).toEqual(told);
    expect((await rig.desk.files({ limit: 10 })).files).toEqual([]);
    expect(await rig.desk.claimFollower("snapshot")).toEqual({ status: "nothing_due" });
    clock.at(60_000);
    const next = await rig.claim();
    expect(next.publication).toEqual(told.status === "held" ? told.publication : undefined);
    expect(await rig.desk.published(next.token)).toEqual({ status: "held" });
    expect(await rig.desk.published(next.token)).toEqual({ status: "lost" });
    expect((await rig.desk.files({ limit: 10 })).files).toMatchObject([{ table: "ordered", hour: H1, version: 1 }]);
    expect((await rig.desk.tables()).tables).toMatchObject([{ name: "ordered", rows: 10, files: 1, bytes: 1000 }]);
  });

  it("is not given up while its manifests are being written, however often that fails", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.changed(H2);
    let claim = await rig.claim();
    await rig.desk.publishing(claim.token, { progress: testProgress(claim), again: [] });
    for (let hour = 1; hour < 6; hour++) {
      await rig.desk.failHour(claim.token, "no");
      clock.at(hour * HOUR);
      claim = await rig.claim();
      expect(claim.publication).toMatchObject({ hour: H1, version: 1 });
    }
  });

  it("replaces the version before as a whole, whose files go an hour later", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1, 1);
    const old = await rig.export({
      upserts: ["warehouse-state/u1"],
      ids: ["warehouse-state/i1"],
      ndjson: ["ndjson/1"],
    });
    await rig.follow("snapshot");
    const oldKeys = [...keysOf(old), "warehouse-state/u1", "warehouse-state/i1", "ndjson/1"];
    await writeObjects(oldKeys);
    await rig.changed(H1, 2);
    const claim = await rig.claim();
    const files = { paid: [testFile(claim, "paid")] };
    const now = await rig.publish(claim, { files, tables: [testTable("paid")] });
    expect(now.tables).toMatchObject([
      { table: "paid", rows: 10, replaced: [] },
      { table: "ordered", rows: 0, files: [], replaced: old.tables[0]!.files },
    ]);
    await writeObjects(keysOf(now));
    expect((await rig.desk.tables()).tables).toMatchObject([
      { name: "ordered", rows: 0, files: 0 },
      { name: "paid", rows: 10, files: 1 },
    ]);
    await rig.follow("snapshot");
    clock.at(HOUR - 1);
    await rig.alarm();
    expect(await Promise.all(oldKeys.map(isThere))).not.toContain(false);
    clock.at(HOUR);
    await rig.alarm();
    expect(await Promise.all(oldKeys.map(isThere))).not.toContain(true);
    expect(await Promise.all(keysOf(now).map(isThere))).not.toContain(false);
  });

  it("leaves no file behind that an unfinished run had announced or kept", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const first = await rig.claim();
    const key = (n: number) => testFile(first, "ordered", n).key;
    await writeObjects([key(0), key(1), key(2)]);
    await rig.desk.writing(first.token, [key(0)], 1);
    await rig.desk.checkpoint(first.token, testProgress(first));
    await rig.desk.writing((await rig.claim()).token, [key(1)], 2);
    clock.at(60_000);
    const second = await rig.claim();
    expect(second.n).toBe(2);
    await rig.desk.writing(second.token, [key(2)], 3);
    const more = { files: { ordered: [testFile(second, "ordered", 2)] } };
    const publication = await rig.publish(second, more);
    expect(keysOf(publication)).toEqual([key(0), key(2)]);
    // Whoever was thought dead may still be writing it for a while.
    clock.at(15 * 60_000);
    await rig.alarm();
    expect(await isThere(key(1))).toBe(true);
    clock.at(20 * 60_000);
    await rig.alarm();
    expect(await Promise.all([key(0), key(1), key(2)].map(isThere))).toEqual([true, false, true]);
  });

  it("costs two rows for each table that has not grown", async () => {
    const rig = await createExportsRig();
    const tables = Array.from({ length: 30 }, (_, i) => testTable(`event_${i}`));
    const filesOf = (claim: HourClaim, count: number) =>
      Object.fromEntries(tables.slice(0, count).map(({ name }) => [name, [testFile(claim, name)]]));
    const rowsFor = async (hour: number, count: number): Promise<number> => {
      await rig.changed(hour);
      const claim = await rig.claim();
      const counted = await countRows(rig.desk);
      await rig.publish(claim, { tables: hour === H1 ? tables : [], files: filesOf(claim, count) });
      return counted();
    };
    await rowsFor(H1, 30);
    expect((await rowsFor(H2, 30)) - (await rowsFor(H3, 10))).toBe(20 * 2);
  });

  it("has hours within seven days made again that share an id with it", async () => {
    const rig = await createExportsRig();
    await rig.changed(H2);
    await rig.export({ ids: ["ids/2"] });
    await rig.changed(H1);
    const claim = await rig.claim();
    expect(claim).toMatchObject({ idsBefore: [], idsAfter: [{ hour: H2, ids: ["ids/2"] }] });
    await rig.publish(claim, { ids: ["ids/1"] }, [H2]);
    expect(await rig.claim()).toMatchObject({ hour: H2, version: 2, idsBefore: ["ids/1"], idsAfter: [] });
  });
});

describe("another type for a column", () => {
  it("has all hours of its table made again, and calls off the run that has the old type", async () => {
    const rig = await createExportsRig();
    for (const hour of [H1, H2]) await rig.changed(hour);
    await rig.export();
    const under = await rig.claim();
    expect(await rig.desk.setColumnType("ordered", "total", "float")).toEqual({ ok: true, value: 1 });
    expect(await rig.desk.checkpoint(under.token, testProgress(under))).toEqual({ status: "lost" });
    const again = await rig.claim();
    expect(again).toMatchObject({ hour: H1, version: 2 });
    expect(again.registry.tables[0]!.columns[1]).toEqual({ name: "total", type: "float" });
    const publication = await rig.publish(again, { tables: [] });
    expect(publication.tables[0]!.columns[1]).toEqual({ name: "total", type: "float" });
    expect(await rig.claim()).toMatchObject({ hour: H2 });
  });

  it("is refused for what is not there, for the table's own columns and while an hour is published", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.export();
    expect(await rig.desk.setColumnType("ordered", "none", "float")).toMatchObject({ error: { type: "not_found" } });
    expect(await rig.desk.setColumnType("ordered", "id", "float")).toMatchObject({ error: { type: "conflict" } });
    expect(await rig.desk.setColumnType("ordered", "total", "integer")).toEqual({ ok: true, value: 0 });
    await rig.changed(H2);
    const claim = await rig.claim();
    await rig.desk.publishing(claim.token, { progress: testProgress(claim), again: [] });
    expect(await rig.desk.setColumnType("ordered", "total", "float")).toMatchObject({ error: { type: "conflict" } });
  });
});

it("files are listed page by page, the oldest hour first", async () => {
  const rig = await createExportsRig();
  for (const hour of [H2, H1]) await rig.changed(hour);
  for (let i = 0; i < 2; i++) {
    const claim = await rig.claim();
    const files = {
      ordered: [testFile(claim, "ordered")],
      paid: [testFile(claim, "paid", 1), testFile(claim, "paid", 2)],
    };
    await rig.publish(claim, { files, tables: [testTable("ordered"), testTable("paid")] });
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await rig.desk.files({ limit: 1, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(page.files.map(({ hour, table }) => `${hour === H1 ? 1 : 2} ${table}`).join());
    cursor = page.next;
  } while (cursor !== undefined);
  expect(seen.filter((page) => page !== "")).toEqual(["1 ordered", "1 paid,1 paid", "2 ordered", "2 paid,2 paid"]);
  expect((await rig.desk.files({ limit: 9, tables: ["paid"], from: H2, to: START })).files).toHaveLength(2);
});
