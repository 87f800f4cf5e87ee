import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Slug, SourceRecord } from "../../src/core/catalog.ts";
import { nextExpiry, routeOf } from "../../src/core/directory.ts";
import { SourceSettings, type SourceSettingsPatch } from "../../src/core/source.ts";
import { addWriteKey, changeSettings, freeSlug, removeWriteKey, slugFrom } from "../../src/core/source-change.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-11-22T12:00:00.000Z");

const createTestRecord = (overrides: Partial<SourceRecord> = {}): SourceRecord =>
  SourceRecord.parse({
    id: "src_1",
    slug: "shop",
    name: "Shop",
    enabled: true,
    kind: "javascript",
    labels: [],
    writeKeys: [{ key: "old", createdAt: 1 }],
    settings: {},
    epoch: 1,
    sealedLinkKey: "v1.x.y",
    createdAt: 1,
    updatedAt: 1,
    ...overrides,
  });

const settingsWith = (settings: SourceSettingsPatch): SourceSettings => SourceSettings.parse(settings);

describe("slugs", () => {
  it.each([
    ["Café Zürich!", "cafe-zurich"],
    ["  Our   Shop (EU) ", "our-shop-eu"],
    ["東京", "source"],
    ["--", "source"],
  ])("%j becomes %s", (name, slug) => {
    expect(slugFrom(name)).toBe(slug);
  });

  it("are valid whatever the name is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (name) => {
        expect(Slug.safeParse(slugFrom(name)).success).toBe(true);
      }),
    );
  });

  it("count up until one is free", () => {
    const taken = new Set(["shop", "shop-2"]);
    expect(freeSlug("shop", (slug) => taken.has(slug))).toBe("shop-3");
  });
});

describe("changing the shard count", () => {
  it("starts a new epoch and looks at the old layout for one dedup window", () => {
    const changed = changeSettings(createTestRecord(), { shards: 4 }, NOW);
    expect(changed).toMatchObject({ ok: true, value: { epoch: 2, previous: { shards: 1, until: NOW + 24 * HOUR } } });
  });

  it("looks for the longer window when the window changes at the same time", () => {
    const record = createTestRecord();
    const changed = changeSettings(record, { shards: 4, dedupWindowHours: 48 }, NOW);
    expect(changed).toMatchObject({ value: { previous: { until: NOW + 48 * HOUR } } });
  });

  it("is refused again until the old layout need not be looked at", () => {
    const record = createTestRecord({ epoch: 2, previous: { shards: 1, until: NOW + 1 } });
    expect(changeSettings(record, { shards: 2 }, NOW)).toMatchObject({ ok: false, error: { field: "shards" } });
    expect(changeSettings(record, { shards: 2 }, NOW + 1)).toMatchObject({ ok: true, value: { epoch: 3 } });
  });

  it("leaves the epoch alone when the count stays", () => {
    const changed = changeSettings(createTestRecord(), { shards: 1, serverCookie: true }, NOW);
    expect(changed).toMatchObject({ value: { epoch: 1, settings: { serverCookie: true } } });
  });

  it("looks at the old layout for as long as the window that holds now, however it is changed meanwhile", () => {
    const window = fc.integer({ min: 24, max: 720 });
    fc.assert(
      fc.property(window, fc.array(window, { maxLength: 5 }), (first, later) => {
        const change = (record: SourceRecord, patch: SourceSettingsPatch) => {
          const changed = changeSettings(record, patch, NOW);
          return changed.ok ? changed.value : expect.unreachable(changed.error.message);
        };
        let record = change(createTestRecord({ settings: settingsWith({ dedupWindowHours: first }) }), { shards: 4 });
        for (const dedupWindowHours of later) record = change(record, { dedupWindowHours });
        expect(record.previous).toEqual({ shards: 1, until: NOW + record.settings.dedupWindowHours * HOUR });
      }),
    );
  });

  it("keeps the margin of a window that was shortened together with the shard count", () => {
    const settings = settingsWith({ dedupWindowHours: 72 });
    const moved = changeSettings(createTestRecord({ settings }), { shards: 4, dedupWindowHours: 48 }, NOW);
    if (!moved.ok) expect.unreachable();
    const shorter = changeSettings(moved.value, { dedupWindowHours: 24 }, NOW + HOUR);
    expect(shorter).toMatchObject({ value: { previous: { until: NOW + 48 * HOUR } } });
  });

  it("does not come back to an old layout that need not be looked at any more", () => {
    const record = createTestRecord({ epoch: 2, previous: { shards: 1, until: NOW } });
    const changed = changeSettings(record, { dedupWindowHours: 48 }, NOW);
    expect(changed).toMatchObject({ value: { previous: { until: NOW } } });
  });

  it("shows in the route only as long as it matters", () => {
    const record = createTestRecord({ previous: { shards: 1, until: NOW } });
    expect(routeOf(record, NOW - 1).previous).toEqual({ shards: 1, until: NOW });
    expect(routeOf(record, NOW).previous).toBeUndefined();
  });
});

describe("rotating write keys", () => {
  it("ends the others after the overlap, but never later than they would have ended", () => {
    const record = createTestRecord({
      writeKeys: [
        { key: "a", createdAt: 1 },
        { key: "b", createdAt: 1, expiresAt: NOW + HOUR },
      ],
    });
    const changed = addWriteKey(record, "new", 24, NOW);
    expect(changed.ok && changed.value.writeKeys).toEqual([
      { key: "new", createdAt: NOW },
      { key: "a", createdAt: 1, expiresAt: NOW + 24 * HOUR },
      { key: "b", createdAt: 1, expiresAt: NOW + HOUR },
    ]);
  });

  it("ends them at a whole millisecond whatever part of an hour is asked for", () => {
    const changed = addWriteKey(createTestRecord({ writeKeys: [{ key: "a", createdAt: 1 }] }), "new", 0.1234567, NOW);
    expect(changed.ok && SourceRecord.safeParse(changed.value).success).toBe(true);
  });

  it("forgets keys that have ended", () => {
    const record = createTestRecord({
      writeKeys: [
        { key: "a", createdAt: 1 },
        { key: "b", createdAt: 1, expiresAt: NOW },
      ],
    });
    const changed = addWriteKey(record, "new", undefined, NOW);
    expect(changed.ok && changed.value.writeKeys.map(({ key }) => key)).toEqual(["new", "a"]);
  });

  it("does not leave a source with keys that all end", () => {
    const record = createTestRecord({
      writeKeys: [
        { key: "lasting", createdAt: 1 },
        { key: "ending", createdAt: 1, expiresAt: NOW + HOUR },
      ],
    });
    expect(removeWriteKey(record, "lasting", NOW)).toMatchObject({ ok: false, error: { type: "conflict" } });
    expect(removeWriteKey(record, "ending", NOW)).toMatchObject({ ok: true });
  });

  it("says when the directory changes next by itself", () => {
    const ending = { key: "b", createdAt: 1, expiresAt: NOW + HOUR };
    const record = createTestRecord({
      writeKeys: [{ key: "a", createdAt: 1 }, ending],
      previous: { shards: 1, until: NOW + 5 },
    });
    expect(nextExpiry([record], NOW)).toBe(NOW + 5);
    expect(nextExpiry([record], NOW + 5)).toBe(NOW + HOUR);
    expect(nextExpiry([record], NOW + HOUR)).toBeUndefined();
  });
});
