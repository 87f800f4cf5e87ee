import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { createRoom } from "../../durable/exports/room.ts";
import { monthOf } from "../../src/core/cost-report.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportsRig, HOUR, testFile, testTable, type ExportsRig } from "../support/exports.ts";

const [H1, H2] = [START - 30 * HOUR, START - 20 * HOUR];
const MONTH = monthOf(START);

const clock = stopClockInEach();

/** One file for each table. */
async function publish(rig: ExportsRig, names: readonly string[]): Promise<void> {
  const claim = await rig.claim();
  const files = Object.fromEntries(names.map((name, n) => [name, [testFile(claim, name, n)]]));
  await rig.publish(claim, { tables: names.map((name) => testTable(name)), files, ids: ["ids/1"], upserts: ["u/1"] });
}

it("every publication counts its files and manifests in its month, whatever tables come later", async () => {
  const rig = await createExportsRig();
  expect(await rig.desk.written(MONTH.start)).toBe(0);
  await rig.changed(H1);
  await publish(rig, ["a"]);
  expect(await rig.desk.written(MONTH.start)).toBe(4);
  await rig.changed(H2);
  await publish(
    rig,
    Array.from({ length: 50 }, (_, n) => `flood_${n}`),
  );
  expect(await rig.desk.written(MONTH.start)).toBe(4 + 102);
  // A manifest says that `a` is empty now.
  await rig.changed(H1, 2);
  await publish(rig, ["b"]);
  expect(await rig.desk.written(MONTH.start)).toBe(4 + 102 + 5);
  clock.at(MONTH.end - START);
  await rig.changed(H1, 3);
  await publish(rig, ["b"]);
  expect(await rig.desk.written(MONTH.start)).toBe(111);
  expect(await rig.desk.written(MONTH.end)).toBe(4);
});

it("publications of this month that an earlier version made are taken for what is known of them, once", async () => {
  const rig = await createExportsRig();
  await rig.changed(H1);
  await publish(rig, ["a", "b"]);
  clock.at(MONTH.end - START);
  await rig.changed(H2);
  await publish(rig, ["a", "b", "c"]);
  await runInDurableObject(rig.desk, (_, { storage }) => {
    storage.sql.exec("DELETE FROM written");
    createRoom(storage, MONTH.end + HOUR);
    createRoom(storage, MONTH.end + HOUR);
  });
  expect(await rig.desk.written(MONTH.end)).toBe(2 * 3 + 3);
  await rig.changed(H2, 2);
  await publish(rig, ["a"]);
  expect(await rig.desk.written(MONTH.end)).toBe(9 + 6);
});
