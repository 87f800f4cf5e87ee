import { describe, expect, test } from "vitest";
import type { CallOutcome, CollectCall } from "../../src/collect/accept.ts";
import { cookieAnonymousId, keepAnonymousId, visitorCookie } from "../../src/collect/cookies.ts";
import { collectRoutes } from "../../src/collect/routes.ts";
import { SourceSettings } from "../../src/core/source.ts";
import { createTestSource, memoryAcceptDeps } from "../support/memory-deps.ts";

const SOURCE = createTestSource({ settings: SourceSettings.parse({ serverCookie: true }) });
const PLAIN = createTestSource();
const request = (headers: Record<string, string> = {}, url = "https://data.shop.example/v1/t") =>
  new Request(url, { headers });

describe("the server's anonymous id cookie", () => {
  test("is set for a year, out of reach of scripts, first-party only", () => {
    expect(keepAnonymousId(SOURCE, "a-1", request())).toBe(
      "inlet_aid=a-1; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure",
    );
  });

  test("is not marked Secure over http, where a browser would refuse it", () => {
    expect(keepAnonymousId(SOURCE, "a-1", request({}, "http://localhost:8787/v1/t"))).not.toContain("Secure");
  });

  test("is neither set nor read for a source that does not ask for it", () => {
    expect(keepAnonymousId(PLAIN, "a-1", request())).toBeUndefined();
    expect(cookieAnonymousId(PLAIN, request({ cookie: "inlet_aid=a-1" }))).toBeUndefined();
  });

  test("is never set from another site's page, but is when its visitor clicks a link to us", () => {
    expect(keepAnonymousId(SOURCE, "a-1", request({ "sec-fetch-site": "cross-site" }))).toBeUndefined();
    const frame = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe" };
    expect(keepAnonymousId(SOURCE, "a-1", request(frame))).toBeUndefined();
    const click = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" };
    expect(keepAnonymousId(SOURCE, "a-1", request(click))).toContain("inlet_aid=a-1");
    expect(keepAnonymousId(SOURCE, "a-1", request({ "sec-fetch-site": "same-site" }))).toContain("inlet_aid=a-1");
  });

  test("follows the browser to another id and is left alone while it is the same, unless it is to be renewed", () => {
    expect(keepAnonymousId(SOURCE, "a-2", request({ cookie: "inlet_aid=a-1" }))).toContain("inlet_aid=a-2");
    expect(keepAnonymousId(SOURCE, "a-1", request({ cookie: "inlet_aid=a-1" }))).toBeUndefined();
    expect(keepAnonymousId(SOURCE, "a-1", request({ cookie: "inlet_aid=a-1" }), true)).toContain("inlet_aid=a-1");
  });

  test.each(["a; Domain=evil.example", "a\r\nSet-Cookie: b=1", "a,b", "", "x".repeat(101), 7, null, undefined])(
    "keeps no id that could mean something in a header: %j",
    (id) => {
      expect(keepAnonymousId(SOURCE, id, request())).toBeUndefined();
    },
  );

  test("is read back from among others", () => {
    const cookie = "other=1; inlet_aid=4b7e; xinlet_aid=no";
    expect(cookieAnonymousId(SOURCE, request({ cookie }))).toBe("4b7e");
    expect(cookieAnonymousId(SOURCE, request({ cookie: "xinlet_aid=no" }))).toBeUndefined();
    expect(cookieAnonymousId(SOURCE, request())).toBeUndefined();
  });

  test("is not believed when somebody has tampered with its shape", () => {
    expect(cookieAnonymousId(SOURCE, request({ cookie: 'inlet_aid=</script>"' }))).toBeUndefined();
  });
});

describe("a call", () => {
  const call = (messages: unknown[], clientSide = true): CollectCall => ({
    messages,
    batch: true,
    writeKeys: ["wk_1"],
    client: { clientSide },
  });
  const answered: CallOutcome = { status: "answered", source: SOURCE, items: [] };

  test("is remembered by the last anonymous id it carries", () => {
    const messages = [{ anonymousId: "a" }, { anonymousId: "b" }, { anonymousId: "" }, { userId: "u" }, null, 3];
    expect(visitorCookie(call(messages), answered, request())).toContain("inlet_aid=b;");
    expect(visitorCookie(call([{ userId: "u" }]), answered, request())).toBeUndefined();
    expect(visitorCookie(call([]), answered, request())).toBeUndefined();
  });

  test("of a server sets nothing: its anonymous ids are other people's", () => {
    expect(visitorCookie(call([{ anonymousId: "a" }], false), answered, request())).toBeUndefined();
  });

  test("that was refused sets nothing", () => {
    const refused: CallOutcome = { status: "refused", source: SOURCE, rejection: { reason: "origin_not_allowed" } };
    expect(visitorCookie(call([{ anonymousId: "a" }]), refused, request())).toBeUndefined();
  });
});

describe("a browser's POST", () => {
  const post = (source = SOURCE, body: object = { anonymousId: "a-1", event: "E" }) =>
    collectRoutes(memoryAcceptDeps(source)).request("https://data.shop.example/v1/t", {
      method: "POST",
      headers: { "content-type": "text/plain", origin: "https://www.shop.example", "sec-fetch-site": "same-site" },
      body: JSON.stringify({ writeKey: "wk_1", ...body }),
    });

  test("is answered with the cookie, across origins of one site too", async () => {
    const response = await post();
    expect(await response.json()).toEqual({ success: true });
    expect(response.headers.get("set-cookie")).toContain("inlet_aid=a-1;");
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
  });

  test("is answered without one when the source keeps none, or the call names no visitor", async () => {
    expect((await post(PLAIN)).headers.get("set-cookie")).toBeNull();
    expect((await post(SOURCE, { userId: "u1", event: "E" })).headers.get("set-cookie")).toBeNull();
  });
});
