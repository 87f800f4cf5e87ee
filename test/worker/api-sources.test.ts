import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { api, call, makeSource, ORIGIN, type Json } from "../support/api.ts";

const at = (source: Json, rest = "") => `/sources/${String(source["id"])}${rest}`;
const keysOf = (source: Json | undefined) => source?.["writeKeys"] as unknown as string[];

describe("the workspace", () => {
  it("says where it collects", async () => {
    const { data } = await api("GET", "/");
    expect(data).toMatchObject({
      workspace: { slug: "inlet" },
      host: { origin: ORIGIN, pathPrefix: "" },
      demo: true,
    });
  });

  it("refuses an empty name", async () => {
    const { status, errors } = await api("PATCH", "/", { name: " " });
    expect([status, errors[0]?.field]).toEqual([422, "name"]);
  });
});

describe("sources", () => {
  it("are created with a slug from their name, defaults and one write key", async () => {
    const source = await makeSource({ name: "Our Shop", labels: [{ key: "environment", value: "prod" }] });
    expect(source).toMatchObject({
      slug: "our-shop",
      enabled: true,
      kind: "javascript",
      labels: [{ key: "environment", value: "prod" }],
      metadata: { id: "javascript", name: "Javascript" },
      settings: { batching: { enabled: true }, shards: 1 },
      createdAt: expect.stringMatching(/Z$/),
    });
    expect(keysOf(source)).toHaveLength(1);
    expect(keysOf(source)[0]).toMatch(/^[A-Za-z0-9]{32}$/);
    const workspace = (await api("GET", "/")).data["workspace"];
    expect(source["workspaceId"]).toBe(workspace?.["id"]);
  });

  it("are refused with a taken slug, or with neither name nor slug", async () => {
    await makeSource({ name: "Taken", slug: "taken" });
    const taken = await api("POST", "/sources", { name: "Other", slug: "taken" });
    expect([taken.status, taken.errors[0]?.field]).toEqual([409, "slug"]);
    expect((await api("POST", "/sources", {})).status).toBe(422);
  });

  it("are listed page by page", async () => {
    for (const name of ["One", "Two", "Three"]) await makeSource({ name });
    const first = await api("GET", "/sources?pagination[count]=2");
    expect(first.data["sources"]).toHaveLength(2);
    const total = Number(first.data["pagination"]?.["totalEntries"]);
    expect(total).toBeGreaterThanOrEqual(4);
    const ids = new Set<unknown>();
    let cursor: unknown;
    do {
      const next = cursor === undefined ? "" : `&pagination[cursor]=${encodeURIComponent(String(cursor))}`;
      const { data } = await api("GET", `/sources?pagination[count]=2${next}`);
      for (const source of data["sources"] as unknown as Json[]) ids.add(source["id"]);
      cursor = data["pagination"]?.["next"];
    } while (cursor !== undefined);
    expect(ids.size).toBe(total);
  });

  it.each(["pagination[count]=0", "pagination[count]=1001", "pagination[cursor]=%21%21", "pagination[cursor]=AAAA"])(
    "refuse the page %s",
    async (query) => {
      const { status, errors } = await api("GET", `/sources?${query}`);
      expect([status, errors[0]?.field]).toEqual([422, query.split("=")[0]]);
    },
  );

  it("are read, changed and deleted by id", async () => {
    const source = await makeSource();
    expect((await api("GET", at(source))).data["source"]).toEqual(source);
    const changed = await api("PATCH", at(source), { name: "Renamed", enabled: false, kind: "server" });
    expect(changed.data["source"]).toMatchObject({
      name: "Renamed",
      enabled: false,
      kind: "server",
      slug: source["slug"],
    });
    expect((await api("DELETE", at(source))).data).toEqual({ status: "SUCCESS" });
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const gone = await api(method, at(source), method === "PATCH" ? {} : undefined);
      expect([gone.status, gone.errors[0]?.message]).toEqual([404, "There is no such source."]);
    }
  });

  it("show no link key and no seal, wherever one looks", async () => {
    const source = await makeSource();
    const directory = await env.CATALOG.getByName("workspace").directory();
    const context =
      directory === "unchanged" ? undefined : directory.sources.find(({ id }) => id === String(source["id"]));
    const paths = ["/sources", at(source), at(source, "/settings"), at(source, "/setup")];
    const seen = (await Promise.all(paths.map((path) => api("GET", path)))).map(({ text }) => text).join();
    expect(context?.linkKey).toHaveLength(43);
    expect(seen).not.toContain(context?.linkKey);
    expect(seen).not.toMatch(/sealed|"v1\./);
  });
});

describe("settings", () => {
  it("change only where they are named, two levels deep", async () => {
    const source = await makeSource();
    const patch = { batching: { size: 20 }, allowedOrigins: ["https://*.shop.example"], rateLimit: "600" };
    const { data } = await api("PATCH", at(source, "/settings"), patch);
    expect(data["settings"]).toMatchObject({
      batching: { enabled: true, size: 20, timeoutMs: 1000 },
      allowedOrigins: ["https://*.shop.example"],
      rateLimit: "600",
      dedupWindowHours: 24,
    });
    expect((await api("GET", at(source, "/settings"))).data).toEqual(data);
  });

  it.each([
    [{ shards: 3 }, "shards"],
    [{ dedupWindowHours: 1 }, "dedupWindowHours"],
    [{ batching: { size: 0 } }, "batching.size"],
    [{ allowedOrigins: ["shop.example/path"] }, "allowedOrigins.0"],
    [{ rateLimit: "5" }, "rateLimit"],
  ])("refuse %j", async (patch, field) => {
    const { status, errors } = await api("PATCH", at(await makeSource(), "/settings"), patch);
    expect([status, errors[0]?.field]).toEqual([422, field]);
  });

  it("refuse a name they do not have, so that a typing mistake is not lost", async () => {
    const { status, text } = await api("PATCH", at(await makeSource(), "/settings"), { shard: 2 });
    expect(status).toBe(422);
    expect(text).toContain("shard");
  });

  it("change the shard count by starting a new epoch, once per dedup window", async () => {
    const source = await makeSource();
    expect((await api("PATCH", at(source, "/settings"), { shards: 4 })).data["settings"]).toMatchObject({ shards: 4 });
    const again = await api("PATCH", at(source, "/settings"), { shards: 8 });
    expect([again.status, again.errors[0]?.field]).toEqual([409, "shards"]);
  });
});

describe("labels", () => {
  it("are added by key or replaced", async () => {
    const source = await makeSource({ name: "L", labels: [{ key: "environment", value: "dev" }] });
    const labels = (method: string, list: unknown[]) => api(method, at(source, "/labels"), { labels: list });
    expect((await labels("POST", [{ key: "environment", value: "prod" }])).data["labels"]).toEqual([
      { key: "environment", value: "prod" },
    ]);
    expect((await labels("PUT", [{ key: "team", value: "web" }])).data["labels"]).toEqual([
      { key: "team", value: "web" },
    ]);
  });

  it("have one value per key", async () => {
    const labels = [
      { key: "a", value: "1" },
      { key: "a", value: "2" },
    ];
    expect((await api("PUT", at(await makeSource(), "/labels"), { labels })).status).toBe(422);
  });
});

describe("write keys", () => {
  it("are added in front; the others go on unless an overlap is asked for", async () => {
    const source = await makeSource();
    const added = (await api("POST", at(source, "/writekey"))).data["source"];
    expect(keysOf(added)).toEqual([expect.any(String), keysOf(source)[0]]);
    const rotated = (await api("POST", at(source, "/writekey"), { expireOthersAfterHours: 1 })).data["source"];
    const details = rotated?.["writeKeyDetails"] as unknown as { expiresAt?: string }[];
    expect(details.map((key) => key.expiresAt !== undefined)).toEqual([false, true, true]);
  });

  it("end at once with an overlap of zero hours", async () => {
    const source = await makeSource();
    const rotated = (await api("POST", at(source, "/writekey"), { expireOthersAfterHours: 0 })).data["source"];
    expect(keysOf(rotated)).toHaveLength(1);
    expect(keysOf(rotated)).not.toEqual(keysOf(source));
  });

  it("are removed, but never the last one", async () => {
    const source = await makeSource();
    const [first] = keysOf(source);
    expect((await api("DELETE", at(source, `/writekey/${first}`))).status).toBe(409);
    await api("POST", at(source, "/writekey"));
    expect(keysOf((await api("DELETE", at(source, `/writekey/${first}`))).data["source"])).not.toContain(first);
    expect((await api("DELETE", at(source, `/writekey/${first}`))).status).toBe(404);
  });

  it("are ten at most", async () => {
    const source = await makeSource();
    for (let n = 0; n < 9; n++) await api("POST", at(source, "/writekey"));
    expect((await api("POST", at(source, "/writekey"))).status).toBe(409);
  });
});

describe("setting up", () => {
  it("gives the snippet and links for the host that was asked", async () => {
    const source = await makeSource();
    const [key] = keysOf(source);
    const { data } = await api("GET", at(source, "/setup"));
    expect(data["setup"]).toMatchObject({
      origin: ORIGIN,
      writeKey: key,
      links: {
        analyticsJs: `${ORIGIN}/analytics.js/v1/${key}/analytics.min.js`,
        settings: `${ORIGIN}/v1/projects/${key}/settings`,
      },
    });
    for (const name of ["snippet", "snippetMin"]) {
      expect(data["setup"]?.[name]).toContain(key);
      expect(data["setup"]?.[name]).toContain("inlet.test");
    }
  });
});

describe("preferences", () => {
  it("are kept, and refuse what they do not know", async () => {
    await api("PUT", "/preferences", { pinnedSources: ["a"] });
    const saved = await api("PUT", "/preferences", { savedSearches: [{ name: "Refused 東京", status: "refused" }] });
    expect(saved.data["preferences"]).toEqual({
      pinnedSources: ["a"],
      savedSearches: [{ name: "Refused 東京", status: "refused" }],
    });
    expect((await api("GET", "/preferences")).data).toEqual(saved.data);
    expect((await api("PUT", "/preferences", { theme: "dark" })).status).toBe(422);
    expect((await call("PUT", "/preferences", { body: {} })).status).toBe(401);
  });
});
