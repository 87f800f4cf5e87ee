import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SourceInput } from "../../src/core/catalog.ts";
import { addWebhook, directoryOf, find, make, newCatalog } from "../support/catalog.ts";

const HOUR = 3_600_000;
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("seeding", () => {
  it("makes the workspace and, when INLET_DEMO is on, the demo source with its fixed key", async () => {
    const catalog = newCatalog();
    expect(await catalog.workspace()).toMatchObject({ name: "Inlet", slug: "inlet" });
    const [demo] = await catalog.listSources();
    expect(demo).toMatchObject({
      slug: "demo-shop",
      kind: "demo",
      labels: [{ key: "environment", value: "dev" }],
      writeKeys: [{ key: "demo_write_key_local" }],
    });
  });

  it("does not bring a deleted demo source back", async () => {
    const catalog = newCatalog();
    const [demo] = await catalog.listSources();
    await catalog.deleteSource(demo?.id ?? "");
    await evictDurableObject(catalog);
    await catalog.ensureSeeded({ demo: true });
    expect(await catalog.listSources()).toEqual([]);
  });

  it("names what stands in the demo source's way, and makes it once that is gone", async () => {
    const error = vi.spyOn(console, "error").mockReturnValue();
    const catalog = newCatalog();
    const [demo] = await catalog.listSources();
    await catalog.deleteSource(demo?.id ?? "");
    const mine = await make(catalog, { name: "Mine", slug: "demo-shop" });
    await runInDurableObject(catalog, (_, { storage }) =>
      storage.sql.exec("DELETE FROM meta WHERE key = 'demoSeeded'"),
    );
    await catalog.ensureSeeded({ demo: true });
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("demo_source_not_made"));
    expect((await catalog.listSources()).map(({ id }) => id)).toEqual([mine.id]);
    await catalog.updateSource(mine.id, { slug: "mine" });
    await catalog.ensureSeeded({ demo: true });
    expect((await catalog.listSources()).map(({ slug }) => slug)).toEqual(["mine", "demo-shop"]);
  });
});

describe("the directory", () => {
  it("carries defaults, the route and an opened link key of 32 bytes", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const context = await find(catalog, source.id);
    expect(context).toMatchObject({
      slug: "shop",
      enabled: true,
      writeKeys: [source.writeKeys[0]?.key],
      settings: { batching: { enabled: true, size: 10, timeoutMs: 1000 }, dedupWindowHours: 24, rateLimit: "off" },
      route: {
        sourceId: source.id,
        shards: 1,
        epoch: 1,
        windowMs: 24 * HOUR,
        drainAfterMs: 2000,
        drainAfterBytes: 4_000_000,
      },
    });
    expect(context?.linkKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it("says unchanged to who holds its version, and has a new one after a change", async () => {
    const catalog = newCatalog();
    const { version } = await directoryOf(catalog);
    expect(await catalog.directory(version)).toBe("unchanged");
    const source = await make(catalog, { name: "Shop" });
    await catalog.updateSource(source.id, { enabled: false });
    const changed = await catalog.directory(version);
    expect(changed).toMatchObject({ version: version + 2 });
    expect((await find(catalog, source.id))?.enabled).toBe(false);
  });

  it("keeps both keys while a rotation overlaps, and changes by itself when the overlap ends", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const old = source.writeKeys[0]?.key;
    const rotated = await catalog.addWriteKey(source.id, 2);
    if (!rotated.ok) throw new Error(rotated.error.message);
    const fresh = rotated.value.writeKeys[0]?.key;
    const during = await directoryOf(catalog);
    expect((await find(catalog, source.id))?.writeKeys).toEqual([fresh, old]);

    vi.setSystemTime(Date.now() + 2 * HOUR + 1);
    expect(await catalog.directory(during.version)).not.toBe("unchanged");
    expect((await find(catalog, source.id))?.writeKeys).toEqual([fresh]);
  });

  it("keeps link keys over a restart", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const before = (await find(catalog, source.id))?.linkKey;
    await evictDurableObject(catalog);
    expect((await find(catalog, source.id))?.linkKey).toBe(before);
  });

  it("holds 1,000 sources in one answer far below the 32 MiB of an RPC", { timeout: 60_000 }, async () => {
    const catalog = newCatalog();
    const template = await make(catalog, { name: "Shop", labels: [{ key: "environment", value: "prod" }] });
    await runInDurableObject(catalog, (_object, state) => {
      const row = state.storage.sql.exec<{ body: string }>("SELECT body FROM sources WHERE id = ?", template.id).one();
      for (let n = 0; n < 1000; n++) {
        const copy = { ...JSON.parse(row.body), id: `copy${n}`, slug: `copy-${n}` };
        state.storage.sql.exec(
          "INSERT INTO sources (id, slug, created_at, body) VALUES (?, ?, ?, ?)",
          copy.id,
          copy.slug,
          n,
          JSON.stringify(copy),
        );
      }
    });
    await make(catalog, { name: "One more" });
    const error = vi.spyOn(console, "error").mockReturnValue(); // the copies' link keys belong to the template
    const directory = await directoryOf(catalog);
    error.mockRestore();
    expect(directory.sources).toHaveLength(1003);
    expect(JSON.stringify(directory).length).toBeLessThan(2_000_000);
  });

  it("stays available when the seal key was changed: links are refused, events are not", async () => {
    const error = vi.spyOn(console, "error").mockReturnValue();
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const before = (await find(catalog, source.id))?.linkKey;
    await runInDurableObject(catalog, (_object, state) => {
      const { body } = state.storage.sql
        .exec<{ body: string }>("SELECT body FROM sources WHERE id = ?", source.id)
        .one();
      const altered = { ...JSON.parse(body), sealedLinkKey: "v1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
      state.storage.sql.exec("UPDATE sources SET body = ? WHERE id = ?", JSON.stringify(altered), source.id);
    });
    await evictDurableObject(catalog);
    const context = await find(catalog, source.id);
    expect(context?.enabled).toBe(true);
    expect(context?.linkKey).not.toBe(before);
    expect(error).toHaveBeenCalledWith(expect.stringContaining('"link_keys_sealed_otherwise","count":1'));
    error.mockRestore();
  });
});

describe("sources", () => {
  it("makes a free slug from the name, and refuses one that was asked for and is taken", async () => {
    const catalog = newCatalog();
    expect((await make(catalog, { name: "Café Zürich!" })).slug).toBe("cafe-zurich");
    expect((await make(catalog, { name: "Cafe Zurich" })).slug).toBe("cafe-zurich-2");
    const taken = await catalog.createSource(SourceInput.parse({ name: "Other", slug: "cafe-zurich" }));
    expect(taken).toMatchObject({ ok: false, error: { type: "conflict", field: "slug" } });
  });

  it("never lets the sealed link key out", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const link = (await find(catalog, source.id))?.linkKey ?? "?";
    const seen = JSON.stringify([source, await catalog.listSources(), await catalog.getSource(source.id)]);
    expect(seen).not.toContain("sealedLinkKey");
    expect(seen).not.toContain(link);
  });

  it("starts a new epoch when the shard count changes, and refuses another change within the window", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const before = Date.now();
    expect(await catalog.updateSettings(source.id, { shards: 4 })).toMatchObject({ ok: true, value: { epoch: 2 } });
    const route = (await find(catalog, source.id))?.route;
    expect(route).toMatchObject({ shards: 4, epoch: 2, previous: { shards: 1 } });
    expect(route?.previous?.until).toBeGreaterThanOrEqual(before + 24 * HOUR);
    expect(await catalog.updateSettings(source.id, { shards: 8 })).toMatchObject({
      ok: false,
      error: { type: "conflict", field: "shards" },
    });
  });

  it("adds labels by key or replaces them all", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop", labels: [{ key: "environment", value: "dev" }] });
    await catalog.setLabels(source.id, [{ key: "team", value: "web" }], false);
    const added = await catalog.setLabels(source.id, [{ key: "environment", value: "prod" }], false);
    expect(added).toMatchObject({ value: { labels: [{ key: "team" }, { key: "environment", value: "prod" }] } });
    const replaced = await catalog.setLabels(source.id, [{ key: "tier", value: "gold" }], true);
    expect(replaced).toMatchObject({ value: { labels: [{ key: "tier", value: "gold" }] } });
  });

  it("takes its destinations with it when it is deleted", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    await addWebhook(catalog, source.id);
    await catalog.deleteSource(source.id);
    expect(await catalog.listDestinations()).toEqual([]);
    expect(await catalog.getSource(source.id)).toMatchObject({ ok: false, error: { type: "not_found" } });
  });
});
