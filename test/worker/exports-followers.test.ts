import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Publication } from "../../src/core/exports.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportsRig, HOUR, isThere, keysOf, testTable, writeObjects } from "../support/exports.ts";

/** A source whose hour was published twice, with the files of the first time, which its Iceberg tables still name. */
async function replaced() {
  const rig = await createExportsRig({ exports: { iceberg: true } });
  await rig.changed(H1, 1);
  const old = await rig.export();
  await rig.follow("iceberg");
  await rig.follow("snapshot");
  await rig.changed(H1, 2);
  await rig.export();
  await rig.follow("snapshot");
  await writeObjects(keysOf(old));
  return { rig, old };
}

const [H1, H2] = [START - 30 * HOUR, START - 20 * HOUR];
const DAY = 24 * HOUR;

const clock = stopClockInEach();

describe("a follower", () => {
  it("works through publications in their order, one at a time", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.export();
    expect(rig.takeTasks()).toContainEqual({ sourceId: rig.sourceId, task: "follower", follower: "snapshot" });
    await rig.changed(H2);
    await rig.export();
    const first = await rig.claimFollower("snapshot");
    expect(first).toMatchObject({ behind: 2, publication: { no: 1, hour: H1 } });
    expect(await rig.desk.claimFollower("snapshot")).toEqual({ status: "nothing_due" });
    const result = { status: "success", rows: 3, newColumns: [], notices: [], state: { at: 1 } } as const;
    await rig.desk.finishFollower("snapshot", first.token, result);
    expect(await rig.desk.finishFollower("snapshot", first.token, result)).toEqual({ status: "lost" });
    expect(await rig.claimFollower("snapshot")).toMatchObject({ behind: 1, publication: { no: 2 }, state: { at: 1 } });
    expect((await rig.desk.runs({ limit: 1, target: "snapshot" })).runs).toMatchObject([
      { hour: H2, status: "running" },
    ]);
  });

  it("that fails tries the same one again later, before any other", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.changed(H2);
    await rig.export();
    await rig.export();
    const failed = { status: "failed", rows: 0, newColumns: [], notices: [], error: "no such host" } as const;
    const first = await rig.claimFollower("snapshot");
    await rig.desk.finishFollower("snapshot", first.token, failed);
    expect(await rig.desk.claimFollower("snapshot")).toEqual({ status: "nothing_due" });
    expect((await rig.desk.summary()).followers).toMatchObject([
      { name: "snapshot", behind: 2, running: false, error: "no such host", retryAt: START + 60_000 },
    ]);
    clock.at(60_000);
    rig.takeTasks();
    await rig.alarm();
    expect(rig.takeTasks()).toContainEqual({ sourceId: rig.sourceId, task: "follower", follower: "snapshot" });
    expect((await rig.follow("snapshot")).no).toBe(1);
    expect((await rig.follow("snapshot")).no).toBe(2);
    expect((await rig.desk.summary()).followers).toEqual([{ name: "snapshot", behind: 0, running: false }]);
  });

  it("passes over what a newer version has replaced, and is told what it may have of the hour", async () => {
    const rig = await createExportsRig({ exports: { iceberg: true } });
    const versions: Publication[] = [];
    for (let seq = 1; seq <= 2; seq++) {
      await rig.changed(H1, seq);
      versions.push(await rig.export());
    }
    expect(await rig.follow("iceberg")).toMatchObject({ version: 2, tables: [{ replaced: [] }] });
    for (let seq = 3; seq <= 4; seq++) {
      await rig.changed(H1, seq);
      versions.push(await rig.export());
    }
    const half = await rig.claimFollower("iceberg");
    expect(half.publication).toMatchObject({ version: 4, tables: [{ replaced: versions[1]!.tables[0]!.files }] });
    await rig.changed(H1, 5);
    versions.push(await rig.export());
    const failed = { status: "failed", rows: 0, newColumns: [], notices: [], error: "cut off" } as const;
    await rig.desk.finishFollower("iceberg", half.token, failed);
    clock.at(HOUR);
    const last = await rig.claimFollower("iceberg");
    const taken = [versions[1]!, versions[3]!].flatMap(({ tables }) => tables[0]!.files);
    expect(last.publication).toMatchObject({ version: 5, tables: [{ replaced: taken }] });
  });

  it("that was lost is tried again", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.export();
    const lost = await rig.claimFollower("snapshot");
    clock.at(59_000);
    expect(await rig.desk.renewFollower("snapshot", lost.token)).toEqual({ status: "held" });
    clock.at(119_000);
    expect(await rig.claimFollower("snapshot")).toMatchObject({ publication: lost.publication });
    expect(await rig.desk.renewFollower("snapshot", lost.token)).toEqual({ status: "lost" });
  });

  it("that is new starts with all that is published; one that was off goes on where it was", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.export();
    expect(await rig.desk.claimFollower("iceberg")).toEqual({ status: "nothing_due" });
    await rig.settings({ exports: { iceberg: true } });
    expect((await rig.follow("iceberg")).no).toBe(1);
    await rig.settings({ exports: { iceberg: false } });
    await rig.changed(H2);
    await rig.export();
    expect(await rig.desk.claimFollower("iceberg")).toEqual({ status: "nothing_due" });
    await rig.settings({ exports: { iceberg: true } });
    expect((await rig.follow("iceberg")).no).toBe(2);
  });

  it("may name files of its own that are replaced: they go later, and never before it has the newer version", async () => {
    const { rig, old } = await replaced();
    clock.at(3 * DAY);
    await rig.alarm();
    expect(await isThere(keysOf(old)[0]!)).toBe(true);
    await rig.follow("iceberg");
    clock.at(4 * DAY);
    await rig.alarm();
    expect(await isThere(keysOf(old)[0]!)).toBe(true);
    clock.at(4 * DAY + HOUR);
    await rig.alarm();
    expect(await isThere(keysOf(old)[0]!)).toBe(false);
  });

  it("of a source that was deleted keeps what it may name", async () => {
    const { rig, old } = await replaced();
    await env.CATALOG.getByName("workspace").deleteSource(rig.sourceId);
    await rig.desk.refresh();
    clock.at(3 * DAY);
    await rig.alarm();
    expect(await rig.desk.summary()).toMatchObject({ enabled: false, publishedHours: 1 });
    clock.at(6 * DAY);
    await rig.alarm();
    expect(await isThere(keysOf(old)[0]!)).toBe(true);
  });

  it("of users and accounts may still read what a replaced version said, until it has the newer one", async () => {
    const rig = await createExportsRig();
    const upserts = ["warehouse-state/x/upserts/1"];
    await writeObjects(upserts);
    await rig.changed(H1, 1);
    await rig.export({ upserts });
    await rig.follow("snapshot");
    await rig.changed(H1, 2);
    await rig.export();
    clock.at(DAY);
    await rig.alarm();
    expect(await isThere(upserts[0]!)).toBe(true);
    await rig.follow("snapshot");
    clock.at(DAY + HOUR);
    await rig.alarm();
    expect(await isThere(upserts[0]!)).toBe(false);
  });

  it("of users and accounts says which files they consist of, and which are done with", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.export({ tables: [testTable("ordered"), { ...testTable("users"), kind: "users" }] });
    const { token } = await rig.claimFollower("snapshot");
    await writeObjects(["warehouse/old"]);
    const file = { key: "warehouse/x/users/1.parquet", rows: 7, bytes: 70, firstAt: H1, lastAt: H1 };
    const files = [{ table: "users", files: [file] }];
    const result = {
      status: "success",
      rows: 7,
      newColumns: [],
      notices: [],
      replaced: ["warehouse/old"],
      files,
    } as const;
    await rig.desk.finishFollower("snapshot", token, result);
    expect((await rig.desk.tables()).tables).toMatchObject([{ name: "ordered" }, { name: "users", rows: 7, files: 1 }]);
    expect((await rig.desk.files({ limit: 10, tables: ["users"] })).files).toEqual([{ ...file, table: "users" }]);
    expect((await rig.desk.files({ limit: 10 })).files.map(({ table }) => table)).toEqual(["users", "ordered"]);
    clock.at(HOUR);
    await rig.alarm();
    expect(await isThere("warehouse/old")).toBe(false);
  });
});
