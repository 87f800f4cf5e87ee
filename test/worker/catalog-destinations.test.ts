import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { addWebhook, directoryOf, make, newCatalog } from "../support/catalog.ts";

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
      destination: { id: destination.id, integrationName: "Webhook", sourceIds: [source.id] },
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
    const input = {
      sourceIds: ["nope"],
      consentCategories: [],
      subscriptions: [],
      metadataId: "webhook",
      integrationName: "Webhook",
      name: "x",
      enabled: true,
    };
    expect(await catalog.createDestination({ ...input, settings: {}, secrets: {} })).toMatchObject({
      ok: false,
      error: { type: "invalid", field: "sourceIds" },
    });
  });
});
