import { describe, expect, test } from "vitest";
import { webHmac } from "../../src/bindings/hmac.ts";
import { beaconRoutes } from "../../src/collect/beacon.ts";
import { GIF } from "../../src/collect/pixel.ts";
import type { SourceContext } from "../../src/core/source.ts";
import { SourceSettings } from "../../src/core/source.ts";
import { createTestSource, memoryAcceptDeps } from "../support/memory-deps.ts";

const COOKIES = createTestSource({ settings: SourceSettings.parse({ serverCookie: true }) });

function door(...sources: SourceContext[]) {
  const deps = Object.assign(memoryAcceptDeps(...sources), { hmac: webHmac, newAnonymousId: () => "new-anonymous-id" });
  const app = beaconRoutes(deps);
  const get = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const response = await app.request(`https://data.shop.example${path}`, { method, headers });
    await deps.settle();
    return response;
  };
  return { deps, get };
}

async function expectImage(response: Response): Promise<void> {
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "image/gif",
    "content-length": String(GIF.byteLength),
  });
  expect(response.headers.get("cache-control")).toContain("no-store");
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(GIF);
}

const data = (message: object): string => Buffer.from(JSON.stringify(message)).toString("base64url");

describe("the pixel", () => {
  test.each([
    ["identify", { userId: "u1", traits: { plan: "pro" } }],
    ["track", { userId: "u1", event: "Email Opened", properties: { n: 1 } }],
    ["page", { userId: "u1", name: "Home" }],
    ["screen", { userId: "u1", name: "Home" }],
    ["group", { userId: "u1", groupId: "g1" }],
    ["alias", { userId: "u1", previousId: "a1" }],
  ])("stores a %s call and answers the image", async (type, message) => {
    const { deps, get } = door();
    await expectImage(await get(`/v1/pixel/${type}?data=${data({ ...message, writeKey: "wk_1" })}`));
    expect(deps.stored).toMatchObject([{ ...message, type, channel: "client", projectId: "src_1" }]);
    expect(deps.stored[0]).not.toHaveProperty("writeKey");
  });

  test("works without /v1 and with flat keys", async () => {
    const { deps, get } = door();
    await expectImage(await get("/pixel/track?writeKey=wk_1&userId=u1&event=Opened&properties.subject=A+b"));
    expect(deps.stored).toMatchObject([{ event: "Opened", properties: { subject: "A b" } }]);
  });

  test("says whose device it was: address and user agent of the request", async () => {
    const { deps, get } = door();
    await get(`/v1/pixel/track?data=${data({ writeKey: "wk_1", userId: "u1", event: "Opened" })}`, {
      "cf-connecting-ip": "203.0.113.9",
      "user-agent": "MailApp/1.0",
    });
    expect(deps.stored[0]?.context).toMatchObject({ ip: "203.0.113.9", userAgent: "MailApp/1.0" });
  });

  test("counts each hit of one URL as an event of its own", async () => {
    const { deps, get } = door();
    const url = `/v1/pixel/track?data=${data({ writeKey: "wk_1", userId: "u1", event: "Opened" })}`;
    await get(url);
    await get(url);
    expect(new Set(deps.stored.map((event) => event.messageId)).size).toBe(2);
  });

  test.each([
    ["data that is not base64", "/v1/pixel/track?writeKey=wk_1&data=%25", "pixel_data_not_json"],
    ["data that is not JSON", "/v1/pixel/track?writeKey=wk_1&data=AAAA", "pixel_data_not_json"],
    ["an unknown call", `/v1/pixel/open?data=${data({ writeKey: "wk_1", userId: "u1" })}`, "type_not_supported"],
    ["no id", `/v1/pixel/track?data=${data({ writeKey: "wk_1", event: "E" })}`, "no_user_anon_id"],
    ["a list for a message", `/v1/pixel/track?writeKey=wk_1&data=${data([1])}`, "message_not_object"],
  ])("with %s is still the image, and the debugger hears why", async (_, url, reason) => {
    const { deps, get } = door();
    await expectImage(await get(url));
    expect(deps.stored).toEqual([]);
    expect(deps.samples()).toMatchObject([{ status: "refused", reason }]);
  });

  test("of an unknown source is still the image, and is counted", async () => {
    const { deps, get } = door();
    await expectImage(await get(`/v1/pixel/track?data=${data({ writeKey: "nobody", userId: "u", event: "E" })}`));
    expect(deps.unknown).toEqual([{ reason: "unknown_source", count: 1 }]);
  });

  test.each([
    ["nothing durable can be had", { directory: true, storage: false }],
    ["no configuration can be had", { directory: false, storage: true }],
  ])("is still the image when %s, and what was lost is counted", async (_, reachable) => {
    const { deps, get } = door();
    deps.reachable = reachable;
    await expectImage(await get(`/v1/pixel/track?data=${data({ writeKey: "wk_1", userId: "u", event: "E" })}`));
    expect(deps.stored).toEqual([]);
    const counted = deps.unknown.map(({ reason }) => `refused:${reason}`);
    expect([...Object.keys(deps.counts()), ...counted]).toEqual(["refused:unavailable"]);
  });

  test("that is only looked at is no event", async () => {
    const { deps, get } = door();
    const url = `/v1/pixel/track?data=${data({ writeKey: "wk_1", userId: "u", event: "E" })}`;
    expect((await get(url, {}, "HEAD")).status).toBe(200);
    await expectImage(await get(url, { "sec-purpose": "prefetch" }));
    expect(deps.stored).toEqual([]);
  });

  test("speaks for the visitor the server's cookie knows", async () => {
    const { deps, get } = door(COOKIES);
    const headers = { cookie: "inlet_aid=known" };
    const response = await get("/v1/pixel/track?writeKey=wk_1&event=E", headers);
    expect(deps.stored).toMatchObject([{ anonymousId: "known" }]);
    expect(response.headers.get("set-cookie")).toBeNull();
    await get("/v1/pixel/track?writeKey=wk_1&event=E&anonymousId=own", headers);
    expect(deps.stored[1]).toMatchObject({ anonymousId: "own" });
  });

  test("hands out a cookie only where the source keeps one", async () => {
    const url = "/v1/pixel/track?writeKey=wk_1&event=E&anonymousId=a1";
    expect((await door(COOKIES).get(url)).headers.get("set-cookie")).toContain("inlet_aid=a1");
    expect((await door().get(url)).headers.get("set-cookie")).toBeNull();
  });
});
