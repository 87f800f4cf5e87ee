import { describe, expect, it } from "vitest";
import { WorkspacePatch } from "../../src/core/catalog.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/durations.ts";
import { expiredBefore, expiredDaysBefore, RETENTION_DAYS, retentionOf } from "../../src/core/retention.ts";
import { SourceSettings, SourceSettingsPatch } from "../../src/core/source.ts";
import { mergeSettings } from "../../src/core/source-change.ts";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");

describe("how long a source keeps its events", () => {
  it("is its own setting, and the workspace's where it has none", () => {
    expect(retentionOf(90, 365)).toBe(90);
    expect(retentionOf(0, 30)).toBe(0);
    expect(retentionOf(null, 30)).toBe(30);
    expect(retentionOf(undefined, 180)).toBe(180);
  });

  it("is the workspace's until the owner says otherwise, and survives a change of something else", () => {
    const settings = SourceSettings.parse({});
    expect(settings.archive).toEqual({ retentionDays: null });
    const changed = mergeSettings(settings, { archive: { retentionDays: 90 } });
    expect(mergeSettings(changed, { serverCookie: true }).archive).toEqual({ retentionDays: 90 });
    expect(mergeSettings(changed, { archive: { retentionDays: null } }).archive).toEqual({ retentionDays: null });
  });

  it("is one of Segment's choices; any other is refused by name", () => {
    for (const retentionDays of RETENTION_DAYS) {
      expect(SourceSettingsPatch.safeParse({ archive: { retentionDays } }).success).toBe(true);
    }
    for (const retentionDays of [1, 31, -30, 30.5, "30", 10_000]) {
      const refused = SourceSettingsPatch.safeParse({ archive: { retentionDays } });
      expect(refused.error?.issues[0]).toMatchObject({
        path: ["archive", "retentionDays"],
        message: "30, 90, 180, 365 or 1095 days, or 0 for ever",
      });
    }
    expect(WorkspacePatch.safeParse({ retentionDays: null }).error?.issues[0]?.path).toEqual(["retentionDays"]);
    expect(WorkspacePatch.safeParse({}).error?.issues[0]?.message).toBe("Nothing to change is named.");
  });
});

describe("what has expired", () => {
  it("nothing, when events are kept for ever", () => {
    expect(expiredBefore(0, NOON)).toBeUndefined();
    expect(expiredDaysBefore(0, NOON)).toBeUndefined();
  });

  it("is whole hours: one is kept as long as a moment of it is young enough", () => {
    expect(expiredBefore(30, NOON)).toBe(NOON - 30 * DAY_MS);
    expect(expiredBefore(30, NOON - 1)).toBe(NOON - 30 * DAY_MS - HOUR_MS);
    expect(expiredBefore(30, NOON + HOUR_MS - 1)).toBe(NOON - 30 * DAY_MS);
  });

  it("is whole days for what lies in day folders", () => {
    expect(expiredDaysBefore(30, NOON)).toBe(Date.parse("2026-10-23T00:00:00.000Z"));
  });
});
