import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createPreferencesClient } from "../../src/bindings/preferences.ts";

const client = createPreferencesClient(env);
const stub = () => env.PREFERENCES.getByName("owner");

describe("preferences", () => {
  it("start empty", async () => {
    expect(await client.get()).toEqual({ pinnedSources: [], savedSearches: [] });
  });

  it("replace what is named and keep the rest, over an eviction too", async () => {
    await client.put({ pinnedSources: ["a", "b"] });
    await client.put({ savedSearches: [{ name: "Zürich – 東京 🎌", q: "zürich", status: "refused" }] });
    await evictDurableObject(stub());
    expect(await client.get()).toEqual({
      pinnedSources: ["a", "b"],
      savedSearches: [{ name: "Zürich – 東京 🎌", q: "zürich", status: "refused" }],
    });
  });

  it("put aside what another version has stored", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await runInDurableObject(stub(), (_object, state) => state.storage.put("data", { pinnedSources: "all" }));
    await evictDurableObject(stub());
    expect(await client.get()).toEqual({ pinnedSources: [], savedSearches: [] });
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });
});
