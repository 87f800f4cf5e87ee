import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportsRig, HOUR, type ExportsRig } from "../support/exports.ts";

const [H1, H2] = [START - 30 * HOUR, START - 20 * HOUR];
const SUCCESS = { status: "success", rows: 5, newColumns: [], notices: [] } as const;

stopClockInEach();

/** A source that one warehouse is connected to. */
async function loadRig(): Promise<ExportsRig & { readonly warehouseId: string; readonly loader: string }> {
  const rig = await createExportsRig();
  const catalog = env.CATALOG.getByName("workspace");
  const made = await catalog.createWarehouse({
    kind: "clickhouse",
    name: "Ours",
    enabled: true,
    settings: { url: "https://clickhouse.example" },
    secrets: {},
  });
  if (!made.ok) throw new Error(made.error.message);
  const { id } = made.value;
  await catalog.connectWarehouse(id, rig.sourceId, true);
  await rig.desk.refresh();
  return { ...rig, warehouseId: id, loader: `load:${id}` };
}
const tasksOf = (rig: ExportsRig): (string | undefined)[] => rig.takeTasks().map(({ follower }) => follower);

describe("loading an hour", () => {
  it("waits until users and accounts are up to date, and is asked for then", async () => {
    const rig = await loadRig();
    await rig.changed(H1);
    await rig.export();
    expect(tasksOf(rig)).toContain("snapshot");
    expect(await rig.desk.claimFollower(rig.loader)).toEqual({ status: "nothing_due" });
    await rig.follow("snapshot");
    expect(tasksOf(rig)).toContain(rig.loader);
    expect((await rig.follow(rig.loader)).hour).toBe(H1);
  });

  it("that is not through goes on at once with the same hour, before any other", async () => {
    const rig = await loadRig();
    for (const hour of [H1, H2]) {
      await rig.changed(hour);
      await rig.export();
      await rig.follow("snapshot");
    }
    const first = await rig.claimFollower(rig.loader);
    expect(first).toMatchObject({ behind: 2, publication: { hour: H1 } });
    await rig.desk.finishFollower(rig.loader, first.token, { ...SUCCESS, more: true });
    expect((await rig.follow(rig.loader)).hour).toBe(H1);
    expect((await rig.follow(rig.loader)).hour).toBe(H2);
    expect(await rig.desk.claimFollower(rig.loader)).toEqual({ status: "nothing_due" });
  });

  it("shows in the source's syncs, with what went wrong", async () => {
    const rig = await loadRig();
    await rig.changed(H1);
    await rig.export();
    await rig.follow("snapshot");
    const claim = await rig.claimFollower(rig.loader);
    const path = `/warehouses/${rig.warehouseId}/connected-sources/${rig.sourceId}/syncs`;
    const reports = async () => (await api("GET", path)).data["reports"];
    expect(await reports()).toMatchObject([{ status: "RUNNING", end: null, humanDuration: "0 s", count: 0 }]);
    const error = "ClickHouse refuses the user or the password.";
    const lost = { code: "NUL_REPLACED", table: "t", column: "c", count: 2, lost: true, text: "No NUL." } as const;
    const failed = { status: "failed", rows: 0, newColumns: [], notices: [lost], error } as const;
    await rig.desk.finishFollower(rig.loader, claim.token, failed);
    expect(await reports()).toMatchObject([
      {
        sourceId: rig.sourceId,
        status: "FAILED",
        hour: new Date(H1).toISOString(),
        notices: [
          { level: "ERROR", message: error },
          { level: "WARNING", message: "t.c: No NUL. (2)" },
        ],
      },
    ]);
  });

  it("ends when the warehouse is switched off, and goes on where it was when it is on again", async () => {
    const rig = await loadRig();
    await rig.changed(H1);
    await rig.export();
    await rig.follow("snapshot");
    await api("PATCH", `/warehouses/${rig.warehouseId}`, { enabled: false });
    expect(await rig.desk.claimFollower(rig.loader)).toEqual({ status: "nothing_due" });
    await api("PATCH", `/warehouses/${rig.warehouseId}`, { enabled: true });
    expect((await rig.follow(rig.loader)).hour).toBe(H1);
  });
});
