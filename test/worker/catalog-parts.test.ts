import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { CATALOG_LIMITS } from "../../src/core/catalog.ts";
import { DELIVERY } from "../../src/core/delivery.ts";
import {
  addWebhook,
  directoryOf,
  dropAll,
  given,
  make,
  newCatalog,
  subscription,
  type CatalogStub,
} from "../support/catalog.ts";

/** A Catalog with a webhook behind one source. */
async function connected(): Promise<{ catalog: CatalogStub; sourceId: string; id: string }> {
  const catalog = newCatalog();
  const source = await make(catalog, { name: "Shop" });
  const { id } = await addWebhook(catalog, source.id);
  return { catalog, sourceId: source.id, id };
}

describe("subscriptions", () => {
  it("are made, changed and deleted, and a delivery gets all of them with their mappings as they were given", async () => {
    const { catalog, id } = await connected();
    const first = await given(catalog.createSubscription(id, subscription("first")));
    const second = await given(catalog.createSubscription(id, subscription("second", true)));
    expect(second).toMatchObject({ destinationId: id, enabled: true, mapping: subscription("").mapping });
    await given(catalog.updateSubscription(id, first.id, { name: "renamed", mapping: { a: 1 } }));
    const opened = await catalog.openDestination(id);
    expect(opened?.subscriptions.map(({ name, mapping }) => [name, mapping])).toEqual([
      ["renamed", { a: 1 }],
      ["second", subscription("").mapping],
    ]);
    await given(catalog.deleteSubscription(id, first.id));
    expect((await given(catalog.listSubscriptions(id))).map(({ name }) => name)).toEqual(["second"]);
    expect(await catalog.getSubscription(id, first.id)).toMatchObject({ ok: false, error: { type: "not_found" } });
    expect(await catalog.deleteSubscription(id, first.id)).toMatchObject({ ok: false, error: { type: "not_found" } });
  });

  it("are made together with their destination, in the order given", async () => {
    const catalog = newCatalog();
    const { id: sourceId } = await make(catalog, { name: "Shop" });
    const names = ["c", "a", "b"];
    const { id } = await given(
      catalog.createDestination({
        sourceIds: [sourceId],
        metadataId: "webhook",
        integrationName: "Webhooks",
        name: "Hook",
        enabled: true,
        consentCategories: ["ads", "ads"],
        settings: {},
        secrets: {},
        subscriptions: names.map((name) => subscription(name)),
      }),
    );
    expect((await given(catalog.listSubscriptions(id))).map(({ name }) => name)).toEqual(names);
    expect((await catalog.openDestination(id))?.consentCategories).toEqual(["ads"]);
  });

  it("belong to one destination: another one neither shows nor changes them", async () => {
    const { catalog, sourceId, id } = await connected();
    const other = await addWebhook(catalog, sourceId);
    const mine = await given(catalog.createSubscription(id, subscription("mine")));
    expect(await given(catalog.listSubscriptions(other.id))).toEqual([]);
    for (const answer of [
      await catalog.getSubscription(other.id, mine.id),
      await catalog.updateSubscription(other.id, mine.id, { name: "taken" }),
      await catalog.deleteSubscription(other.id, mine.id),
      await catalog.createSubscription("nope", subscription("x")),
    ]) {
      expect(answer).toMatchObject({ ok: false, error: { type: "not_found" } });
    }
  });

  it(`are ${DELIVERY.maxLanes} at most that are on, and ${CATALOG_LIMITS.subscriptionsPerDestination} in all`, async () => {
    const { catalog, id } = await connected();
    for (let n = 0; n < DELIVERY.maxLanes; n++) await given(catalog.createSubscription(id, subscription(`${n}`, true)));
    const refused = { ok: false, error: { type: "conflict", field: "enabled" } };
    expect(await catalog.createSubscription(id, subscription("one more", true))).toMatchObject(refused);
    const off = await given(catalog.createSubscription(id, subscription("off")));
    expect(await catalog.updateSubscription(id, off.id, { enabled: true })).toMatchObject(refused);
    for (let n = DELIVERY.maxLanes + 1; n < CATALOG_LIMITS.subscriptionsPerDestination; n++) {
      await given(catalog.createSubscription(id, subscription(`${n}`)));
    }
    expect(await catalog.createSubscription(id, subscription("too many"))).toMatchObject({
      ok: false,
      error: { type: "conflict" },
    });
  });
});

describe("filters", () => {
  it("are made, changed and deleted, and a delivery gets all of them in the order they were made", async () => {
    const { catalog, sourceId, id } = await connected();
    const first = await given(catalog.createFilter(id, { ...dropAll(sourceId, "first"), description: "why" }));
    await given(catalog.createFilter(id, dropAll(sourceId, "second")));
    const sample = [{ type: "SAMPLE", percent: 0.5 } as const];
    const changed = await given(catalog.updateFilter(id, first.id, { description: null, actions: sample }));
    expect(changed).toMatchObject({ title: "first", if: "all", actions: sample });
    expect(changed).not.toHaveProperty("description");
    expect((await catalog.openDestination(id))?.filters.map(({ title }) => title)).toEqual(["first", "second"]);
    await given(catalog.deleteFilter(id, first.id));
    expect((await given(catalog.listFilters(id))).map(({ title }) => title)).toEqual(["second"]);
  });

  it("stand between a destination and a source that is connected to it", async () => {
    const { catalog, id } = await connected();
    const stranger = await make(catalog, { name: "Other" });
    expect(await catalog.createFilter(id, dropAll(stranger.id, "x"))).toMatchObject({
      ok: false,
      error: { type: "invalid", field: "sourceId" },
    });
  });

  it(`are ${CATALOG_LIMITS.filtersPerDestination} at most`, async () => {
    const { catalog, sourceId, id } = await connected();
    for (let n = 0; n < CATALOG_LIMITS.filtersPerDestination; n++) {
      await given(catalog.createFilter(id, dropAll(sourceId, `${n}`)));
    }
    expect(await catalog.createFilter(id, dropAll(sourceId, "x"))).toMatchObject({
      ok: false,
      error: { type: "conflict" },
    });
  });
});

describe("several sources", () => {
  it("share a destination, which the directory names with all of them", async () => {
    const { catalog, sourceId, id } = await connected();
    const second = await make(catalog, { name: "App" });
    await given(catalog.updateDestination(id, { sourceIds: [sourceId, second.id, second.id] }));
    const [destination] = (await directoryOf(catalog)).destinations;
    expect(destination?.sourceIds).toEqual([sourceId, second.id]);
    for (const sourceIds of [[], ["nope"]]) {
      expect(await catalog.updateDestination(id, { sourceIds })).toMatchObject({
        ok: false,
        error: { type: "invalid", field: "sourceIds" },
      });
    }
  });

  it("begin with the only one of a webhook of before, which goes on sending every event", async () => {
    const { catalog, sourceId, id } = await connected();
    await runInDurableObject(catalog, (_object, { storage }) => {
      storage.sql.exec("DELETE FROM meta WHERE key = 'format'");
      const { body } = storage.sql.exec<{ body: string }>("SELECT body FROM destinations").one();
      const { sourceIds: _, consentCategories: __, ...rest } = JSON.parse(body) as Record<string, unknown>;
      storage.sql.exec("UPDATE destinations SET body = ?", JSON.stringify({ ...rest, sourceId }));
    });
    await catalog.ensureSeeded({ demo: false });
    await catalog.ensureSeeded({ demo: false });
    expect(await given(catalog.getDestination(id))).toMatchObject({ sourceIds: [sourceId], consentCategories: [] });
    const [subscription, ...more] = await given(catalog.listSubscriptions(id));
    expect(subscription).toMatchObject({ actionId: "send", enabled: true, mapping: { data: { "@path": "$." } } });
    expect(more).toEqual([]);
    await given(catalog.updateDestination(id, { name: "Still there" }));
    expect(await catalog.openDestination(id)).toMatchObject({ settings: { sharedSecret: "very-secret-value" } });
  });

  it("go one by one: a deleted one takes its filters along, the last one the destination with all its parts", async () => {
    const { catalog, sourceId, id } = await connected();
    const second = await make(catalog, { name: "App" });
    await given(catalog.updateDestination(id, { sourceIds: [sourceId, second.id] }));
    await given(catalog.createSubscription(id, subscription("kept")));
    await given(catalog.createFilter(id, dropAll(sourceId, "goes")));
    await given(catalog.createFilter(id, dropAll(second.id, "stays")));
    await given(catalog.deleteSource(sourceId));
    const opened = await catalog.openDestination(id);
    expect(opened?.destination.sourceIds).toEqual([second.id]);
    expect(opened?.filters.map(({ title }) => title)).toEqual(["stays"]);
    expect(opened?.subscriptions).toHaveLength(1);
    await given(catalog.deleteSource(second.id));
    expect(await catalog.openDestination(id)).toBeNull();
    const rows = await runInDurableObject(catalog, (_object, { storage }) =>
      ["destinations", "subscriptions", "filters"].map((table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray()),
    );
    expect(rows).toEqual([[], [], []]);
  });

  it("leave nothing of a deleted destination behind", async () => {
    const { catalog, sourceId, id } = await connected();
    await given(catalog.createSubscription(id, subscription("x")));
    await given(catalog.createFilter(id, dropAll(sourceId, "x")));
    await given(catalog.deleteDestination(id));
    const rows = await runInDurableObject(catalog, (_object, { storage }) =>
      ["subscriptions", "filters"].map((table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray()),
    );
    expect(rows).toEqual([[], []]);
  });
});

describe("tokens that a destination refreshed", () => {
  it("are sealed in place of what was there, and the directory stays as it is", async () => {
    const { catalog, id } = await connected();
    const { version } = await directoryOf(catalog);
    await catalog.saveTokens(id, { oauth_access_token: "fresh-token-value", sharedSecret: "new" });
    expect((await catalog.openDestination(id))?.settings).toMatchObject({
      oauth_access_token: "fresh-token-value",
      sharedSecret: "new",
      url: "https://hooks.example/in",
    });
    const stored = await runInDurableObject(catalog, (_object, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT body FROM destinations").toArray()),
    );
    expect(stored).not.toContain("fresh-token-value");
    expect(await catalog.directory(version)).toBe("unchanged");
  });

  it("leave nothing of what lay open under their name", async () => {
    const { catalog, id } = await connected();
    await given(catalog.updateDestination(id, { settings: { region: "eu", oauth_access_token: "typed in" } }));
    await catalog.saveTokens(id, { oauth_access_token: "fresh-token-value" });
    const { settings, secrets } = await given(catalog.getDestination(id));
    expect(settings).toEqual({ region: "eu" });
    expect(secrets).toMatchObject({ oauth_access_token: true });
  });

  it("of a deleted destination go nowhere", async () => {
    const { catalog, id } = await connected();
    await given(catalog.deleteDestination(id));
    await catalog.saveTokens(id, { oauth_access_token: "late" });
    expect(await catalog.listDestinations()).toEqual([]);
  });
});
