import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import { api, at, connectWebhook, makeSource, type Json } from "../support/api.ts";

const SECRET = "shhh-shared-secret";
const BEARER = "Authorization: Bearer hook-token-value";

const makeWebhook = (settings: Record<string, unknown> = {}): Promise<Json> =>
  connectWebhook({
    settings: { url: "https://hooks.example/in", sharedSecret: SECRET, secretHeaders: BEARER, ...settings },
  });
const opened = (destination: Json) => catalogOf(env).openDestination(String(destination["id"]));

describe("destinations", () => {
  it("are connected to a source, and say which secrets they hold without showing any", async () => {
    const destination = await makeWebhook();
    expect(destination).toMatchObject({
      name: "Orders",
      enabled: true,
      metadata: { id: "webhook", name: "Webhooks" },
      settings: { url: "https://hooks.example/in" },
      secrets: { sharedSecret: true, secretHeaders: true },
    });
    const paths = [at(destination), "/destinations", at(destination, "/delivery-metrics")];
    const seen = (await Promise.all(paths.map((path) => api("GET", path)))).map(({ text }) => text).join();
    expect(JSON.stringify(destination) + seen).not.toMatch(/shhh|hook-token-value|sealed/);
    expect((await opened(destination))?.settings).toMatchObject({ sharedSecret: SECRET, secretHeaders: BEARER });
  });

  it("keep settings and secrets that a change does not name", async () => {
    const destination = await makeWebhook({ method: "PUT" });
    const { data } = await api("PATCH", at(destination), {
      enabled: false,
      settings: { url: "https://other.example/x" },
    });
    expect(data["destination"]).toMatchObject({
      enabled: false,
      name: "Orders",
      settings: { url: "https://other.example/x", method: "PUT" },
      secrets: { sharedSecret: true },
    });
    expect((await opened(destination))?.settings["sharedSecret"]).toBe(SECRET);
  });

  it("forget a secret that is cleared and a setting that is null", async () => {
    const destination = await makeWebhook({ method: "PUT" });
    const { data } = await api("PATCH", at(destination), { settings: { sharedSecret: "", method: null } });
    expect(data["destination"]).toMatchObject({ secrets: { secretHeaders: true } });
    expect(Object.keys((await opened(destination))?.settings ?? {}).toSorted()).toEqual([
      "headers",
      "secretHeaders",
      "url",
    ]);
  });

  it.each([
    ["a URL that is none", { url: "ftp://x" }, "settings.url"],
    ["no URL", { url: null }, "settings.url"],
    ["a setting the definition lacks", { color: "red" }, "settings.color"],
    ["a secret that is no text", { sharedSecret: 5 }, "settings.sharedSecret"],
    ["secret headers that are none", { secretHeaders: "not a header line" }, "settings.secretHeaders"],
  ])("refuse %s, on creation and on change, without repeating it", async (_what, settings, field) => {
    const source = await makeSource();
    const body = {
      sourceId: source["id"],
      metadataId: "webhook",
      settings: { url: "https://ok.example", ...settings },
    };
    const created = await api("POST", "/destinations", body);
    const changed = await api("PATCH", at(await makeWebhook()), { settings });
    for (const answer of [created, changed]) {
      expect([answer.status, answer.errors[0]?.field]).toEqual([422, field]);
      expect(answer.text).not.toContain("not a header line");
    }
  });

  it.each([
    [{ metadataId: "carrier-pigeon" }, "metadataId"],
    [{ sourceId: "nope" }, "sourceId"],
    [{ sourceId: undefined, sourceIds: ["nope"] }, "sourceIds"],
    [{ sourceId: undefined }, "sourceId"],
    [{ sourceIds: [] }, "sourceIds"],
    [{ consentCategories: ["1st"] }, "consentCategories.0"],
  ])("refuse to be made with %j", async (part, field) => {
    const source = await makeSource();
    const settings = { url: "https://ok.example" };
    const body = { sourceId: source["id"], metadataId: "webhook", settings, ...part };
    const { status, errors } = await api("POST", "/destinations", body);
    expect([status, errors[0]?.field]).toEqual([422, field]);
  });

  it("refuse a kind that there is not by the name that was sent", async () => {
    const { id } = await makeSource();
    const made = await api("POST", "/destinations", { sourceId: id, metadataId: "carrier-pigeon" });
    const shown = await api("GET", "/catalog/destinations/carrier-pigeon");
    expect([made.status, shown.status]).toEqual([422, 404]);
    for (const { errors } of [made, shown]) {
      expect(errors[0]?.message).toBe("There is no such kind of destination: carrier-pigeon.");
    }
  });

  it("are listed page by page, and go when they are deleted", async () => {
    const destination = await makeWebhook();
    const { data } = await api("GET", "/destinations?pagination[count]=1");
    expect(data["destinations"]).toHaveLength(1);
    expect((await api("DELETE", at(destination))).data).toEqual({ status: "SUCCESS" });
    for (const [method, rest] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["GET", "/delivery-metrics"],
    ] as const) {
      const gone = await api(method, at(destination, rest), method === "PATCH" ? {} : undefined);
      expect([gone.status, gone.errors[0]?.message]).toEqual([404, "There is no such destination."]);
    }
    expect(await opened(destination)).toBeNull();
  });

  it("get the events of several sources, may need consent, and start with their presets", async () => {
    const [first, second] = [await makeSource(), await makeSource({ name: "App" })];
    const ids = [first["id"], second["id"]];
    const destination = await connectWebhook({ sourceId: ids[0], sourceIds: ids, consentCategories: ["ads"] });
    expect(destination).toMatchObject({ sourceId: ids[0], sourceIds: ids, consentCategories: ["ads"], paused: false });
    const { data } = await api("GET", at(destination, "/subscriptions"));
    expect(data["subscriptions"]).toMatchObject([{ actionId: "send", enabled: true }]);
    const changed = await api("PATCH", at(destination), { sourceIds: [ids[1]], consentCategories: [] });
    expect(changed.data["destination"]).toMatchObject({ sourceIds: [ids[1]], consentCategories: [] });
    const of = async (source: Json) =>
      (await api("GET", `/sources/${String(source["id"])}/connected-destinations`)).data["destinations"];
    expect(await of(first)).toEqual([]);
    expect(await of(second)).toMatchObject([{ id: destination["id"] }]);
  });

  it("are listed with everything known of their kind, or in short", async () => {
    await makeWebhook();
    const full = (await api("GET", "/destinations?pagination[count]=1")).data["destinations"] as unknown as Json[];
    expect(full[0]?.["metadata"]).toMatchObject({ id: "webhook", actions: [{ id: "send" }] });
    const { data } = await api("GET", "/destinations?pagination[count]=1&metadata=brief");
    const [brief] = data["destinations"] as unknown as Json[];
    expect(brief?.["metadata"]).toMatchObject({ id: "webhook", name: "Webhooks", status: "PUBLIC" });
    expect(brief?.["metadata"]).not.toHaveProperty("actions");
  });

  it("take their kind's name back when they lose their own", async () => {
    const { data } = await api("PATCH", at(await makeWebhook()), { name: null });
    expect(data["destination"]?.["name"]).toBe("Webhooks");
  });

  it("show what was delivered", async () => {
    const destination = await makeWebhook();
    const { data } = await api("GET", at(destination, "/delivery-metrics?minutes=60"));
    expect(data["metrics"]).toMatchObject({ delivered: 0, retrying: 0, abandoned: 0, waiting: 0, errors: [] });
    expect((await api("GET", at(destination, "/delivery-metrics?minutes=0"))).status).toBe(422);
  });
});
