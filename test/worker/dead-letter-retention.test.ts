import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RetentionDays } from "../../src/core/retention.ts";
import { api } from "../support/api.ts";
import { newCatalog, type CatalogStub } from "../support/catalog.ts";
import { objectKeys } from "../support/compaction.ts";

const DAY = 86_400_000;
// In the future, so that no alarm comes by itself before a test runs it.
const NOW = Date.UTC(2031, 5, 30, 12);
const today = NOW - (NOW % DAY);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: NOW }));
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  const keys = await objectKeys("dead-letters/");
  if (keys.length > 0) await env.ARCHIVE.delete(keys);
});

const put = async (...keys: string[]): Promise<void> => {
  await Promise.all(keys.map((key) => env.ARCHIVE.put(key, "letters")));
};
const keeping = async (retentionDays: RetentionDays): Promise<CatalogStub> => {
  const catalog = newCatalog();
  await catalog.updateWorkspace({ retentionDays });
  return catalog;
};

describe("dead letters", () => {
  it("go with the workspace's retention, by the day, also those of queues and of destinations that are gone", async () => {
    const catalog = await keeping(30);
    const old = [
      `dead-letters/dst_gone/${today - 31 * DAY}/a.ndjson.gz`,
      `dead-letters/dst_gone/${today - 400 * DAY}/b.ndjson.gz`,
      `dead-letters/queues/overflow/${today - 31 * DAY}/c.json`,
    ];
    const young = [
      `dead-letters/dst_1/${today - 30 * DAY}/d.ndjson.gz`,
      `dead-letters/dst_gone/${today}/e.ndjson.gz`,
      `dead-letters/queues/events/${today - 29 * DAY}/f.json`,
    ];
    await put(...old, ...young);
    expect(await runDurableObjectAlarm(catalog)).toBe(true);
    expect((await objectKeys("dead-letters/")).toSorted()).toEqual(young.toSorted());
    expect(await runDurableObjectAlarm(catalog)).toBe(true);
  });

  it("stay for ever when the workspace keeps events for ever", async () => {
    const catalog = await keeping(0);
    await put(`dead-letters/dst_1/${today - 2000 * DAY}/a.ndjson.gz`);
    await runDurableObjectAlarm(catalog);
    expect(await objectKeys("dead-letters/")).toHaveLength(1);
  });

  it("of many destinations are gone through in several runs, and what a failure left is gone through again", async () => {
    const catalog = await keeping(30);
    const many = Array.from({ length: 105 }, (_, n) => `dead-letters/dst_${n}/${today - 40 * DAY}/a.ndjson.gz`);
    await put(...many);
    vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(env.ARCHIVE, "delete").mockRejectedValueOnce(new Error("R2 is down"));
    await runDurableObjectAlarm(catalog);
    expect(await objectKeys("dead-letters/")).toHaveLength(105);
    await runDurableObjectAlarm(catalog);
    expect(await objectKeys("dead-letters/")).toHaveLength(5);
    await runDurableObjectAlarm(catalog);
    expect(await objectKeys("dead-letters/")).toEqual([]);
  });
});

describe("the control plane", () => {
  it("shows and changes how long the workspace and a source keep events, and refuses anything else by name", async () => {
    expect((await api("GET", "/")).data["workspace"]).toMatchObject({ retentionDays: 0 });
    expect((await api("PATCH", "/", { retentionDays: 90 })).data["workspace"]).toMatchObject({
      name: "Inlet",
      retentionDays: 90,
    });
    expect((await api("PATCH", "/", { name: "Shop" })).data["workspace"]).toMatchObject({
      name: "Shop",
      retentionDays: 90,
    });
    for (const body of [{ retentionDays: 7 }, { retentionDays: null }, { retentionDays: "90" }]) {
      const { status, errors } = await api("PATCH", "/", body);
      expect([status, errors[0]]).toMatchObject([
        422,
        { field: "retentionDays", message: expect.stringMatching(/30, 90, 180/) },
      ]);
    }
    expect((await api("PATCH", "/", {})).status).toBe(422);
    const { source } = (await api("POST", "/sources", { name: "Kept" })).data;
    const path = `/sources/${String(source?.["id"])}/settings`;
    expect((await api("GET", path)).data["settings"]?.["archive"]).toEqual({ retentionDays: null });
    const changed = await api("PATCH", path, { archive: { retentionDays: 365 } });
    expect(changed.data["settings"]?.["archive"]).toEqual({ retentionDays: 365 });
    const refused = await api("PATCH", path, { archive: { retentionDays: 31 } });
    expect([refused.status, refused.errors[0]]).toMatchObject([422, { field: "archive.retentionDays" }]);
    await api("PATCH", "/", { name: "Inlet", retentionDays: 0 });
  });

  it("says that retention is why dead letters cannot be shown", async () => {
    const { source } = (await api("POST", "/sources", { name: "Letters" })).data;
    const made = await api("POST", "/destinations", {
      sourceId: source?.["id"],
      metadataId: "sink",
      name: "S",
      enabled: true,
      settings: {},
    });
    const id = String(made.data["destination"]?.["id"]);
    await api("PATCH", "/", { retentionDays: 30 });
    const lines = (day: number) =>
      api("GET", `/destinations/${id}/dead-letters/lines?key=${encodeURIComponent(`dead-letters/${id}/${day}/a.gz`)}`);
    expect((await lines(today - 40 * DAY)).errors[0]?.message).toMatch(/retention of 30 days is over/);
    expect((await lines(today)).errors[0]?.message).toBe("There are no such dead letters.");
    await api("PATCH", "/", { retentionDays: 0 });
  });
});
