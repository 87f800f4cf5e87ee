import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SourceInput, type Directory, type SourceView } from "../../src/core/catalog.ts";

const HOUR = 3_600_000;
let next = 0;
/** A fresh Catalog for each test, so that none sees another's sources. */
const newCatalog = () => env.CATALOG.getByName(`test-${next++}`);
type CatalogStub = ReturnType<typeof newCatalog>;

const make = async (catalog: CatalogStub, input: Partial<SourceInput> & { name: string }): Promise<SourceView> => {
  const made = await catalog.createSource(SourceInput.parse(input));
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};
const directoryOf = async (catalog: CatalogStub): Promise<Directory> => {
  const directory = await catalog.directory();
  if (directory === "unchanged") throw new Error("asked without a version");
  return directory;
};
const find = async (catalog: CatalogStub, id: string) =>
  (await directoryOf(catalog)).sources.find((source) => source.id === id);

afterEach(() => void vi.useRealTimers());

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
        drainAfterBytes: 1_000_000,
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
    expect(error).toHaveBeenCalledWith(expect.stringMatching(/^1 link keys/));
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

const addWebhook = async (catalog: CatalogStub, sourceId: string) => {
  const made = await catalog.createDestination({
    sourceId,
    metadataId: "webhook",
    integrationName: "Webhook",
    name: "Orders hook",
    enabled: true,
    settings: { url: "https://hooks.example/in" },
    secrets: { sharedSecret: "very-secret-value" },
  });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};

describe("destinations", () => {
  it("seals secret settings at rest, shows only that there are some, and opens them for delivery", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const destination = await addWebhook(catalog, source.id);
    expect(destination.secrets).toEqual({ sharedSecret: true });
    expect(JSON.stringify(destination)).not.toContain("very-secret-value");
    const stored = await runInDurableObject(catalog, (_object, state) =>
      JSON.stringify(state.storage.sql.exec("SELECT body FROM destinations").toArray()),
    );
    expect(stored).not.toContain("very-secret-value");
    expect(await catalog.openDestination(destination.id)).toMatchObject({
      destination: { id: destination.id, integrationName: "Webhook", sourceId: source.id },
      settings: { url: "https://hooks.example/in", sharedSecret: "very-secret-value" },
      unreadable: [],
    });
  });

  it("changes only the secrets that are named, and clears one with null", async () => {
    const catalog = newCatalog();
    const { id } = await addWebhook(catalog, (await make(catalog, { name: "Shop" })).id);
    await catalog.updateDestination(id, { settings: { url: "https://other.example/in" } });
    expect((await catalog.openDestination(id))?.settings).toEqual({
      url: "https://other.example/in",
      sharedSecret: "very-secret-value",
    });
    await catalog.updateDestination(id, { secrets: { sharedSecret: null } });
    expect(await catalog.openDestination(id)).toMatchObject({
      settings: { url: "https://other.example/in" },
      unreadable: [],
    });
  });

  it("reports a secret sealed for another record as unreadable instead of opening it", async () => {
    const catalog = newCatalog();
    const source = await make(catalog, { name: "Shop" });
    const first = await addWebhook(catalog, source.id);
    const second = await addWebhook(catalog, source.id);
    await runInDurableObject(catalog, (_object, state) => {
      const body = (id: string) =>
        JSON.parse(
          state.storage.sql.exec<{ body: string }>("SELECT body FROM destinations WHERE id = ?", id).one().body,
        );
      const swapped = { ...body(second.id), sealed: body(first.id).sealed };
      state.storage.sql.exec("UPDATE destinations SET body = ? WHERE id = ?", JSON.stringify(swapped), second.id);
    });
    const opened = await catalog.openDestination(second.id);
    expect(opened?.unreadable).toEqual(["sharedSecret"]);
    expect(opened?.settings).not.toHaveProperty("sharedSecret");
  });

  it("appears in the directory without settings", async () => {
    const catalog = newCatalog();
    const { id } = await addWebhook(catalog, (await make(catalog, { name: "Shop" })).id);
    const { destinations } = await directoryOf(catalog);
    expect(destinations).toEqual([
      expect.objectContaining({ id, integrationName: "Webhook", metadataId: "webhook", enabled: true }),
    ]);
    expect(JSON.stringify(destinations)).not.toContain("hooks.example");
  });

  it("refuses one for a source that does not exist", async () => {
    const catalog = newCatalog();
    const input = { sourceId: "nope", metadataId: "webhook", integrationName: "Webhook", name: "x", enabled: true };
    expect(await catalog.createDestination({ ...input, settings: {}, secrets: {} })).toMatchObject({
      ok: false,
      error: { type: "invalid", field: "sourceId" },
    });
  });
});

describe("access", () => {
  const ADMIN = env.INLET_ADMIN_TOKEN;

  it("opens a session for the admin token, which can be ended", async () => {
    const catalog = newCatalog();
    const signedIn = await catalog.signIn(ADMIN, "a");
    expect(signedIn).toMatchObject({ status: "granted", identity: { via: "session", role: "owner" } });
    const { session } = signedIn;
    expect(await catalog.authenticate({ session, address: "a" })).toMatchObject({ status: "granted" });
    await catalog.signOut(session ?? "");
    expect(await catalog.authenticate({ session, address: "a" })).toEqual({ status: "denied" });
  });

  it("ends a session after seven days", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const catalog = newCatalog();
    const { session } = await catalog.signIn(ADMIN, "a");
    vi.setSystemTime(Date.now() + 7 * 24 * HOUR - 1000);
    expect(await catalog.authenticate({ session, address: "a" })).toMatchObject({ status: "granted" });
    vi.setSystemTime(Date.now() + 1000);
    expect(await catalog.authenticate({ session, address: "a" })).toEqual({ status: "denied" });
  });

  it("keeps neither sessions nor API tokens in the clear", async () => {
    const catalog = newCatalog();
    const { session } = await catalog.signIn(ADMIN, "a");
    const token = await catalog.createToken("ci");
    if (!token.ok) throw new Error(token.error.message);
    const stored = await runInDurableObject(catalog, (_object, state) =>
      JSON.stringify([
        state.storage.sql.exec("SELECT * FROM sessions").toArray(),
        state.storage.sql.exec("SELECT * FROM tokens").toArray(),
      ]),
    );
    expect(session).toHaveLength(43);
    expect(stored).not.toContain(session);
    expect(stored).not.toContain(token.value.secret);
    expect(stored).not.toContain(ADMIN);
    expect(JSON.stringify(await catalog.listTokens())).not.toContain(token.value.secret);
  });

  it("accepts an API token until it is deleted, and notes when it was used", async () => {
    const catalog = newCatalog();
    const token = await catalog.createToken("ci");
    if (!token.ok) throw new Error(token.error.message);
    const credentials = { bearer: token.value.secret, address: "a" };
    expect(await catalog.authenticate(credentials)).toMatchObject({ status: "granted", identity: { via: "token" } });
    expect((await catalog.listTokens())[0]?.lastUsedAt).toBeGreaterThan(0);
    await catalog.deleteToken(token.value.id);
    expect(await catalog.authenticate(credentials)).toEqual({ status: "denied" });
  });

  it("makes an address wait after ten wrong tokens, at most a minute, and nobody else", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const catalog = newCatalog();
    for (let n = 0; n < 10; n++) expect(await catalog.signIn("wrong", "bad")).toEqual({ status: "denied" });
    const limited = await catalog.signIn(ADMIN, "bad");
    expect(limited.status).toBe("limited");
    expect(await catalog.authenticate({ bearer: ADMIN, address: "bad" })).toMatchObject({ status: "limited" });
    expect(await catalog.signIn(ADMIN, "good")).toMatchObject({ status: "granted" });
    vi.setSystemTime(Date.now() + 60_000);
    expect(await catalog.signIn(ADMIN, "bad")).toMatchObject({ status: "granted" });
  });
});
