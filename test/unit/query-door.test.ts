import { describe, expect, test } from "vitest";
import { webHmac } from "../../src/bindings/hmac.ts";
import { beaconRoutes } from "../../src/collect/beacon.ts";
import { signLink, type LinkOptions } from "../../src/collect/links.ts";
import { toEntry } from "../../src/core/debugger.ts";
import type { SourceContext } from "../../src/core/source.ts";
import { SourceSettings } from "../../src/core/source.ts";
import { createTestSource, memoryAcceptDeps } from "../support/memory-deps.ts";

const ORIGIN = "https://data.shop.example";
const IMG = { accept: "image/avif,image/webp,image/*,*/*;q=0.8" };
const COOKIES = createTestSource({ settings: SourceSettings.parse({ serverCookie: true }) });

function door(...sources: SourceContext[]) {
  const deps = Object.assign(memoryAcceptDeps(...sources), { hmac: webHmac, newAnonymousId: () => "new-anonymous-id" });
  const app = beaconRoutes(deps);
  const get = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const response = await app.request(new URL(path, ORIGIN).href, { method, headers });
    await deps.settle();
    return response;
  };
  return { deps, get };
}

const CLICK = { userId: "u1", event: "Link Clicked", properties: { campaign: "spring" } };

async function link(to = "https://shop.example/sale?x=1", calls: LinkOptions["calls"] = CLICK): Promise<string> {
  const signed = await signLink(
    {
      origin: ORIGIN,
      pathPrefix: "",
      writeKey: "wk_1",
      linkKey: createTestSource().linkKey,
      to,
      calls,
    },
    webHmac,
  );
  if (!signed.ok) throw new Error(signed.error);
  return signed.value;
}

describe("GET /v1/q", () => {
  test("makes identify and track of one query, in this order, and answers 204", async () => {
    const { deps, get } = door();
    const response = await get(
      "/v1/q?writeKey=wk_1&ajs_event=Clicked&ajs_prop_x=1&ajs_uid=u1&ajs_trait_plan=pro&ajs_aid=a1",
    );
    expect(response.status).toBe(204);
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(deps.stored).toMatchObject([
      { type: "identify", userId: "u1", anonymousId: "a1", traits: { plan: "pro" }, channel: "client" },
      { type: "track", userId: "u1", anonymousId: "a1", event: "Clicked", properties: { x: "1" } },
    ]);
  });

  test("works without /v1, and answers the image to who wants one", async () => {
    const { deps, get } = door();
    const response = await get("/q?writeKey=wk_1&ajs_event=Seen", IMG);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("image/gif");
    expect(deps.stored).toHaveLength(1);
  });

  test("counts each hit of one URL as events of its own", async () => {
    const { deps, get } = door();
    await get("/v1/q?writeKey=wk_1&ajs_event=Seen");
    await get("/v1/q?writeKey=wk_1&ajs_event=Seen");
    expect(new Set(deps.stored.map((event) => event.messageId)).size).toBe(2);
  });

  test("gives a visitor who brings no id a new one, and remembers it where the source keeps a cookie", async () => {
    const plain = door();
    const response = await plain.get("/v1/q?writeKey=wk_1&ajs_event=Seen");
    expect(plain.deps.stored).toMatchObject([{ anonymousId: "new-anonymous-id" }]);
    expect(response.headers.get("set-cookie")).toBeNull();

    const kept = door(COOKIES);
    const first = await kept.get("/v1/q?writeKey=wk_1&ajs_event=Seen");
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^inlet_aid=new-anonymous-id; .*HttpOnly/);
    await kept.get("/v1/q?writeKey=wk_1&ajs_event=Again", { cookie: "inlet_aid=older" });
    expect(kept.deps.stored[1]).toMatchObject({ event: "Again", anonymousId: "older" });
  });

  test("remembers an anonymous id that comes alone, though it is no event", async () => {
    const { deps, get } = door(COOKIES);
    const response = await get("/v1/q?writeKey=wk_1&ajs_aid=a1");
    expect(response.status).toBe(204);
    expect(response.headers.get("set-cookie")).toContain("inlet_aid=a1");
    expect(deps.stored).toEqual([]);
  });

  test("asks a script to come again when nothing durable can be had", async () => {
    const { deps, get } = door();
    deps.reachable = { directory: true, storage: false };
    const response = await get("/v1/q?writeKey=wk_1&ajs_event=Seen");
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await get("/v1/q?writeKey=wk_1&ajs_event=Seen", IMG)).status).toBe(200);
  });

  test("of an unknown source is answered as any, and counted", async () => {
    const { deps, get } = door();
    expect((await get("/v1/q?writeKey=nobody&ajs_event=Seen")).status).toBe(204);
    expect(deps.unknown).toMatchObject([{ reason: "unknown_source" }]);
  });
});

describe("a click redirect", () => {
  test("records the click and leads to its target, leaving no trace in caches or referrers", async () => {
    const { deps, get } = door();
    const response = await get(await link());
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("https://shop.example/sale?x=1");
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(deps.stored).toMatchObject([
      { type: "identify", userId: "u1" },
      { type: "track", event: "Link Clicked", properties: { campaign: "spring" } },
    ]);
  });

  test.each([
    ["unsigned", (url: URL) => url.searchParams.delete("sig"), "has no signature"],
    ["altered", (url: URL) => url.searchParams.set("to", "https://evil.example/"), "was changed"],
    ["extended", (url: URL) => url.searchParams.set("ajs_prop_x", "1"), "was changed"],
    ["of no source", (url: URL) => url.searchParams.set("writeKey", "nobody"), "No source has this write key"],
  ])("that is %s is refused with a page that names the reason and never links", async (_, change, reason) => {
    const { deps, get } = door();
    const url = new URL(await link());
    change(url);
    const response = await get(url.href);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(response.headers.get("location")).toBeNull();
    const page = await response.text();
    expect(page).toContain(reason);
    expect(page).not.toMatch(/href|evil|shop\.example/);
    expect(deps.stored).toEqual([]);
  });

  test.each([
    ["names are escaped", (url: string) => url.replaceAll("ajs_", "%61js_")],
    ["values are escaped no more", (url: string) => url.replaceAll("%3D", "=")],
  ])("whose %s on the way still makes the calls that were signed", async (_, rewrite) => {
    const { deps, get } = door();
    const signed = await link("https://shop.example/sale", { userId: "u1=admin", event: "a=b" });
    const rewritten = rewrite(signed);
    expect(rewritten).not.toBe(signed);
    expect((await get(rewritten)).status).toBe(302);
    expect(deps.stored).toMatchObject([
      { type: "identify", userId: "u1=admin" },
      { type: "track", event: "a=b" },
    ]);
  });

  test("that was altered shows in the source's debugger", async () => {
    const { deps, get } = door();
    await get(`${await link()}x`);
    expect(deps.samples()).toMatchObject([{ status: "refused", reason: "link_altered" }]);
  });

  test("without a signature shows in the debugger as that", async () => {
    const { deps, get } = door();
    const url = new URL(await link());
    url.searchParams.delete("sig");
    await get(url.href);
    const [sample] = deps.samples();
    expect(sample).toMatchObject({ status: "refused", reason: "link_unsigned" });
    expect(sample && toEntry(sample, 1).sentence).toBe("This link has no signature.");
  });

  test("that names no event records that a link was clicked, and where it leads, for a new visitor", async () => {
    const { deps, get } = door();
    expect((await get(await link("https://example.com/x", {}))).status).toBe(302);
    expect(deps.stored).toMatchObject([
      {
        type: "track",
        event: "Link Clicked",
        anonymousId: "new-anonymous-id",
        properties: { url: "https://example.com/x" },
      },
    ]);
  });

  test("that names a person but no event records the click beside the identify", async () => {
    const { deps, get } = door();
    await get(await link("https://example.com/x", { userId: "u1", properties: { campaign: "spring" } }));
    expect(deps.stored).toMatchObject([
      { type: "identify", userId: "u1" },
      {
        type: "track",
        event: "Link Clicked",
        userId: "u1",
        properties: { url: "https://example.com/x", campaign: "spring" },
      },
    ]);
  });

  test("still leads on when the click cannot be stored: a visitor cannot retry", async () => {
    const { deps, get } = door();
    deps.reachable = { directory: true, storage: false };
    expect((await get(await link())).status).toBe(302);
    expect(deps.counts()).toMatchObject({ "refused:unavailable": expect.any(Number) });
  });

  test("cannot be checked without configuration, so nobody is sent anywhere", async () => {
    const { deps, get } = door();
    deps.reachable = { directory: false, storage: true };
    const response = await get(await link());
    expect(response.status).toBe(503);
    expect(response.headers.get("location")).toBeNull();
  });

  test("that a scanner or a prefetch looks at is no click", async () => {
    const { deps, get } = door();
    expect((await get(await link(), {}, "HEAD")).status).toBe(302);
    expect((await get(await link(), { "sec-purpose": "prefetch;prerender" })).status).toBe(302);
    expect(deps.stored).toEqual([]);
  });

  test("sets the visitor's cookie, though the link was in another site's page", async () => {
    const { get } = door(COOKIES);
    const signed = await signLink(
      {
        origin: ORIGIN,
        pathPrefix: "",
        writeKey: "wk_1",
        linkKey: COOKIES.linkKey,
        to: "https://a.example",
        calls: { event: "C" },
      },
      webHmac,
    );
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" };
    const response = await get(signed.ok ? signed.value : "", headers);
    expect(response.headers.get("set-cookie")).toContain("inlet_aid=new-anonymous-id");
  });
});
