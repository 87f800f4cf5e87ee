import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportsRig, HOUR, testFile, testProgress, testTable } from "../support/exports.ts";

const [H1, H2, H3] = [START - 30 * HOUR, START - 20 * HOUR, START - 10 * HOUR];
const MINUTE = 60_000;

const clock = stopClockInEach();

describe("hours that are due", () => {
  it("are worked on one at a time, the oldest first", async () => {
    const rig = await createExportsRig();
    await rig.changed(H2);
    await rig.changed(H1);
    expect(rig.takeTasks()).toEqual([{ sourceId: rig.sourceId, task: "hour" }]);
    const first = await rig.claim();
    expect(first).toMatchObject({ hour: H1, version: 1, seq: 1, n: 0, processedAt: START });
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    rig.takeTasks();
    await rig.publish(first);
    // Whoever has published it asks for the next one; somebody else is asked when nobody does.
    expect(rig.takeTasks()).toEqual([{ sourceId: rig.sourceId, task: "follower", follower: "snapshot" }]);
    clock.at(1500);
    await rig.alarm();
    expect(rig.takeTasks()).toEqual([{ sourceId: rig.sourceId, task: "hour" }]);
    expect(await rig.claim()).toMatchObject({ hour: H2, version: 1 });
  });

  it("are told of as often as one likes, and are due once", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1, 5);
    await rig.export();
    await rig.changed(H1, 5);
    await rig.changed(H1, 4);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    await rig.changed(H1, 6);
    expect(await rig.claim()).toMatchObject({ hour: H1, version: 2, seq: 6 });
  });

  it("are due again when the archive got more of them while they were worked on", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1, 5);
    const claim = await rig.claim();
    await rig.changed(H1, 6);
    await rig.publish(claim);
    const again = await rig.claim();
    expect(again).toMatchObject({ hour: H1, version: 2 });
    await rig.publish(again);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
  });

  it("are kept while exports are off, and all are due when they are turned on", async () => {
    const rig = await createExportsRig({ exports: { enabled: false } });
    await rig.changed(H1);
    await rig.changed(H2);
    expect(rig.takeTasks()).toEqual([]);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    expect(await rig.desk.summary()).toMatchObject({ enabled: false, waitingHours: 2, schema: null });
    await rig.settings({ exports: { enabled: true } });
    expect(rig.takeTasks()).toEqual([{ sourceId: rig.sourceId, task: "hour" }]);
    await rig.export();
    await rig.export();
    expect(await rig.desk.summary()).toMatchObject({ enabled: true, waitingHours: 0, publishedHours: 2 });
  });

  it("are asked for again until somebody takes them up, also after the object was evicted", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    expect(rig.takeTasks()).toHaveLength(1);
    await rig.changed(H1);
    expect(rig.takeTasks()).toEqual([]);
    clock.at(2 * MINUTE);
    await rig.alarm();
    expect(rig.takeTasks()).toHaveLength(1);
    await evictDurableObject(rig.desk);
    clock.at(4 * MINUTE);
    await rig.alarm();
    expect(rig.takeTasks()).toHaveLength(1);
    await rig.export();
    await rig.follow("snapshot");
    rig.takeTasks();
    clock.at(10 * MINUTE);
    await rig.alarm();
    expect(rig.takeTasks()).toEqual([]);
  });

  it("can all be made again", async () => {
    const rig = await createExportsRig();
    for (const hour of [H1, H2, H3]) await rig.changed(hour);
    for (let i = 0; i < 3; i++) await rig.export();
    expect(await rig.desk.run({ from: H2, to: H3 + 1, rebuild: true })).toBe(2);
    expect((await rig.export()).hour).toBe(H2);
    expect(await rig.export()).toMatchObject({ hour: H3, version: 2 });
    expect(await rig.desk.run({ from: 0, to: START, rebuild: false })).toBe(0);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
  });
});

describe("a run", () => {
  it("belongs to the latest claim alone", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const old = await rig.claim();
    clock.at(59_000);
    expect(await rig.desk.renewHour(old.token)).toEqual({ status: "held" });
    clock.at(118_000);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    clock.at(120_000);
    const now = await rig.claim();
    expect(now).toMatchObject({ hour: H1, version: old.version, runId: old.runId });
    const lost = { status: "lost" };
    expect(await rig.desk.renewHour(old.token)).toEqual(lost);
    expect(await rig.desk.writing(old.token, ["warehouse/x"], 1)).toEqual(lost);
    expect(await rig.desk.checkpoint(old.token, testProgress(old))).toEqual(lost);
    expect(await rig.desk.publishing(old.token, { progress: testProgress(old), again: [] })).toEqual(lost);
    expect(await rig.desk.published(old.token)).toEqual(lost);
    await rig.desk.failHour(old.token, "too late");
    await rig.publish(now);
    expect((await rig.desk.runs({ limit: 10, target: "lake" })).runs).toMatchObject([
      { id: now.runId, status: "success" },
    ]);
  });

  it("goes on from its checkpoint: what was told so far, the tables, and the number of the next file", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1, 3);
    const first = await rig.claim();
    await rig.desk.writing(first.token, [testFile(first, "ordered").key], 1);
    await rig.desk.checkpoint(first.token, testProgress(first, { segments: 4, ids: ["a"] }));
    const second = await rig.claim();
    expect(second).toMatchObject({ version: 1, runId: first.runId, n: 1, registry: { tables: [{ name: "ordered" }] } });
    expect(second.checkpoint).toMatchObject({ done: 1, segments: 4, events: 10, ids: ["a"] });
    expect((await rig.desk.tables()).tables).toEqual([]);
    const more = { seq: 9, ids: ["b"], files: { ordered: [testFile(second, "ordered", 1)] }, tables: [] };
    const publication = await rig.publish(second, more);
    expect(publication).toMatchObject({ seq: 3, ids: ["a", "b"], tables: [{ table: "ordered", rows: 20 }] });
    expect(publication.tables[0]!.files.map(({ key }) => key)).toEqual([
      testFile(first, "ordered", 0).key,
      testFile(first, "ordered", 1).key,
    ]);
  });

  it("that fails says why, keeps its checkpoint, and is tried again later", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const first = await rig.claim();
    await rig.desk.checkpoint(first.token, testProgress(first));
    await rig.desk.failHour((await rig.claim()).token, "segment 7 is not in the archive");
    expect((await rig.desk.runs({ limit: 10 })).runs).toMatchObject([
      { target: "lake", hour: H1, status: "failed", error: "segment 7 is not in the archive" },
    ]);
    const window = { from: 0, to: START };
    expect(await rig.desk.hours(window)).toMatchObject([{ hour: H1, error: "segment 7 is not in the archive" }]);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    clock.at(30_000);
    const again = await rig.claim();
    expect(again.checkpoint).toMatchObject({ done: 1 });
    expect(again.runId).toBe(first.runId + 1);
    await rig.publish(again, { files: {}, tables: [] });
    expect(await rig.desk.hours(window)).toMatchObject([{ hour: H1, state: "published", rows: 10 }]);
    expect((await rig.desk.hours(window))[0]).not.toHaveProperty("error");
  });

  it("that has failed is tried again at once when somebody asks for its hour", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const first = await rig.claim();
    await rig.desk.checkpoint(first.token, testProgress(first));
    await rig.desk.failHour((await rig.claim()).token, "no");
    await rig.desk.run({ from: H2, to: H3, rebuild: false });
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    await rig.desk.run({ from: H1, to: H1 + 1, rebuild: false });
    expect((await rig.claim()).checkpoint).toMatchObject({ done: 1 });
  });

  it("that fails again and again gives way to other hours and leaves nothing behind", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.changed(H2);
    const first = await rig.claim();
    await rig.desk.checkpoint(first.token, testProgress(first));
    for (const at of [0, 30_000, 90_000]) {
      clock.at(at);
      const claim = await rig.claim();
      expect(claim.hour).toBe(H1);
      await rig.desk.failHour(claim.token, "no");
    }
    const other = await rig.claim();
    // Types that only the thrown-away files had are not known.
    expect(other).toMatchObject({ hour: H2, registry: { tables: [] } });
    expect(other.checkpoint).toBeUndefined();
    await rig.publish(other);
    clock.at(120_000);
    expect(await rig.claim()).toMatchObject({ hour: H1, version: 2, n: 0 });
  });

  it("whose holders are lost again and again is one that fails", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    for (const minute of [0, 1, 2]) {
      clock.at(minute * MINUTE);
      await rig.claim();
    }
    clock.at(3 * MINUTE);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    expect((await rig.desk.runs({ limit: 10 })).runs).toMatchObject([{ status: "failed", hour: H1 }]);
    clock.at(4 * MINUTE);
    expect(await rig.claim()).toMatchObject({ hour: H1, version: 2 });
  });

  it("that cannot succeed is not tried again until the archive has more", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1, 1);
    await rig.desk.failHour((await rig.claim()).token, "gone", true);
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    expect(await rig.desk.hours({ from: 0, to: START })).toMatchObject([{ state: "failed", error: "gone" }]);
    await rig.changed(H1, 2);
    expect(await rig.claim()).toMatchObject({ hour: H1 });
  });

  it("without events publishes nothing", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    const claim = await rig.claim();
    const progress = testProgress(claim, { events: 0, files: {}, tables: [] });
    expect(await rig.desk.publishing(claim.token, { progress, again: [] })).toEqual({ status: "empty" });
    expect(await rig.desk.claimHour()).toEqual({ status: "nothing_due" });
    expect(await rig.desk.hours({ from: 0, to: START })).toMatchObject([{ state: "empty", version: 1, rows: 0 }]);
    expect((await rig.desk.runs({ limit: 10 })).runs).toMatchObject([{ status: "success", rows: 0 }]);
  });

  it("is done with what the archive told, also when some or all of it is gone by then", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1, 5);
    await rig.changed(H2, 6);
    await rig.changed(H3, 7);
    const first = await rig.claim();
    const nothing = testProgress(first, { seq: 0, segments: 0, done: 0, events: 0, files: {}, tables: [] });
    expect(await rig.desk.publishing(first.token, { progress: nothing, again: [] })).toEqual({ status: "empty" });
    const second = await rig.claim();
    expect(second).toMatchObject({ hour: H2 });
    await rig.publish(second, { seq: 4 });
    expect(await rig.claim()).toMatchObject({ hour: H3 });
    await rig.changed(H1, 8);
    expect(await rig.desk.summary()).toMatchObject({ waitingHours: 2 });
  });

  it("tells new columns and notices, and is partial when something was lost", async () => {
    const rig = await createExportsRig();
    await rig.changed(H1);
    await rig.changed(H2);
    await rig.export();
    const notice = {
      code: "TYPE_MISMATCH",
      table: "ordered",
      column: "total",
      count: 2,
      lost: true,
      text: "NULL",
    } as const;
    await rig.export({ notices: [notice], tables: [testTable("ordered", ["total", "tax"])] });
    expect((await rig.desk.runs({ limit: 10, target: "lake" })).runs).toMatchObject([
      { status: "partial", newColumns: ["ordered.tax"], notices: [notice] },
      { status: "success", newColumns: ["ordered.id", "ordered.total"], rows: 10 },
    ]);
  });
});
