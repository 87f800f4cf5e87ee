import { describe, expect, it } from "vitest";
import { api, type Json } from "../support/api.ts";

const kindsIn = (data: Json, key: string): Json[] => data[key] as unknown as Json[];

describe("the catalogue of destinations", () => {
  it("describes the webhook with every setting, which are secret, and which take several lines", async () => {
    const { data } = await api("GET", "/catalog/destinations/webhook");
    const webhook = data["destinationMetadata"];
    expect(webhook).toMatchObject({ id: "webhook", slug: "webhooks", status: "PUBLIC" });
    const options = webhook?.["options"] as unknown as {
      name: string;
      type: string;
      secret: boolean;
      required: boolean;
    }[];
    expect(options.filter((option) => option.required).map((option) => option.name)).toEqual(["url"]);
    expect(options.filter((option) => option.secret).map(({ name, type }) => [name, type])).toEqual([
      ["secretHeaders", "text"],
      ["sharedSecret", "string"],
    ]);
  });

  it("says which actions a kind has, what they are mapped from, and which presets there are", async () => {
    const { data } = await api("GET", "/catalog/destinations/webhook");
    expect(data["destinationMetadata"]).toMatchObject({
      actions: [
        {
          id: "send",
          platform: "CLOUD",
          fields: [{ fieldKey: "data", type: "OBJECT", required: true, defaultValue: { "@path": "$." }, sortOrder: 0 }],
        },
      ],
      presets: [{ actionId: "send", fields: { data: { "@path": "$." } }, trigger: expect.stringContaining("track") }],
    });
  });

  it("lists kinds by name, page by page, and in short all at once", async () => {
    const index = kindsIn((await api("GET", "/catalog/destination-index")).data, "kinds");
    const names = index.map((kind) => String(kind["name"]));
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, "en")));
    expect(index.find((kind) => String(kind["id"]) === "webhook")).toMatchObject({ available: true, actions: 1 });
    const page = (await api("GET", "/catalog/destinations?pagination[count]=1")).data;
    expect(kindsIn(page, "destinationsCatalog").map((kind) => String(kind["name"]))).toEqual(names.slice(0, 1));
    expect(page["pagination"]).toMatchObject({ totalEntries: names.length });
  });

  it("gives everything known of one kind to who builds a form of it", async () => {
    const { data } = await api("GET", "/catalog/destination-index/webhook");
    expect(data["kind"]).toMatchObject({ id: "webhook", startsEnabled: true, notes: [], testsAuthentication: false });
  });

  it.each(["/catalog/destinations/nope", "/catalog/destination-index/..%2Findex", "/catalog/sources/toaster"])(
    "has nothing at %s",
    async (path) => {
      const { status, errors } = await api("GET", path);
      expect([status, errors[0]?.type]).toEqual([404, "not_found"]);
      expect(errors[0]?.message).toMatch(/no such kind/);
    },
  );
});

describe("the catalogue of sources", () => {
  it("lists what a new source can be, by the id that its creation takes", async () => {
    const kinds = kindsIn((await api("GET", "/catalog/sources")).data, "sourcesCatalog");
    expect(kinds.map((kind) => String(kind["id"]))).toEqual(["javascript", "server", "mobile", "email", "demo"]);
    for (const { id } of kinds as unknown as { id: string }[]) {
      const body = { slug: `a-${id}-source`, enabled: false, metadataId: id, settings: { serverCookie: true } };
      const { data } = await api("POST", "/sources", body);
      expect(data["source"]).toMatchObject({
        kind: id,
        enabled: false,
        metadata: { id },
        settings: { serverCookie: true },
      });
    }
  });

  it("has settings that a change of the source takes along, all or nothing", async () => {
    const { data } = await api("POST", "/sources", { slug: "patched-source", enabled: true, metadataId: "server" });
    const path = `/sources/${String(data["source"]?.["id"])}`;
    const changed = await api("PATCH", path, { name: "New", settings: { dedupWindowHours: 48 } });
    expect(changed.data["source"]).toMatchObject({ name: "New", settings: { dedupWindowHours: 48 } });
    const refused = await api("PATCH", path, { name: "Newer", settings: { colour: "red" } });
    expect(refused.status).toBe(422);
    expect((await api("GET", path)).data["source"]?.["name"]).toBe("New");
  });
});
