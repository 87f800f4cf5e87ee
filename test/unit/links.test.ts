import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { webHmac } from "../../src/bindings/hmac.ts";
import { signLink, verifyLink, type LinkOptions } from "../../src/collect/links.ts";

const KEY = Buffer.alloc(32, 7).toString("base64url");
const OPTIONS: LinkOptions = {
  origin: "https://data.shop.example",
  pathPrefix: "",
  writeKey: "wk_shop",
  linkKey: KEY,
  to: "https://shop.example/sale?a=1&b=ü#top",
  calls: { userId: "u1", event: "Link Clicked", properties: { campaign: "spring & summer" }, traits: { plan: "pro" } },
};

async function signed(options: Partial<LinkOptions> = {}): Promise<URL> {
  const link = await signLink({ ...OPTIONS, ...options }, webHmac);
  if (!link.ok) throw new Error(link.error);
  return new URL(link.value);
}
const verify = (url: URL, key = KEY) => verifyLink(url.search, key, webHmac);

describe("a signed link", () => {
  test("says its calls in ajs_ names and leads to its target", async () => {
    const url = await signed();
    expect(url.origin + url.pathname).toBe("https://data.shop.example/v1/q");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      writeKey: "wk_shop",
      ajs_uid: "u1",
      ajs_event: "Link Clicked",
      ajs_prop_campaign: "spring & summer",
      ajs_trait_plan: "pro",
    });
    expect(await verify(url)).toEqual({ ok: true, value: "https://shop.example/sale?a=1&b=%C3%BC#top" });
  });

  test("lies under the path prefix when there is one", async () => {
    const url = await signed({ pathPrefix: "/k3x9" });
    expect(url.pathname).toBe("/k3x9/v1/q");
    expect(await verify(url)).toMatchObject({ ok: true });
  });

  test("survives another order and another escaping of its parameters", async () => {
    const url = await signed();
    const parts = url.search.slice(1).replaceAll("+", "%20").split("&").toReversed();
    expect(await verifyLink(`?${parts.join("&")}`, KEY, webHmac)).toMatchObject({ ok: true });
  });

  test("survives what mail tools and networks append, which means nothing to us", async () => {
    const url = await signed();
    url.searchParams.append("utm_source", "newsletter");
    url.searchParams.append("fbclid", "abc");
    expect(await verify(url)).toMatchObject({ ok: true });
  });

  test.each([
    ["another target", (p: URLSearchParams) => p.set("to", "https://evil.example/")],
    ["another event", (p: URLSearchParams) => p.set("ajs_event", "Order Completed")],
    ["one more parameter", (p: URLSearchParams) => p.append("ajs_prop_x", "1")],
    ["one parameter less", (p: URLSearchParams) => p.delete("ajs_uid")],
    ["another write key", (p: URLSearchParams) => p.set("writeKey", "wk_other")],
    ["another signature", (p: URLSearchParams) => p.set("sig", "A".repeat(43))],
    ["a signature that is no base64url", (p: URLSearchParams) => p.set("sig", "!!")],
    ["a truncated signature", (p: URLSearchParams) => p.set("sig", (p.get("sig") ?? "").slice(0, 20))],
  ])("is refused with %s", async (_, change) => {
    const url = await signed();
    change(url.searchParams);
    expect(await verify(url)).toEqual({ ok: false, error: "link_altered" });
  });

  test("is refused with another source's key", async () => {
    expect(await verify(await signed(), Buffer.alloc(32, 8).toString("base64url"))).toMatchObject({
      error: "link_altered",
    });
  });

  test.each([
    ["its target escaped once more", (p: URLSearchParams) => p.set("to", encodeURIComponent(p.get("to") ?? ""))],
    [
      "its target on another host by a user name",
      (p: URLSearchParams) => p.set("to", "https://shop.example@evil.example/"),
    ],
    ["its target in other letters", (p: URLSearchParams) => p.set("to", (p.get("to") ?? "").toUpperCase())],
    [
      "a value moved to another name",
      (p: URLSearchParams) => {
        p.set("ajs_aid", p.get("ajs_uid") ?? "");
        p.delete("ajs_uid");
      },
    ],
    [
      "two values changed for each other",
      (p: URLSearchParams) => {
        const [event, user] = [p.get("ajs_event") ?? "", p.get("ajs_uid") ?? ""];
        p.set("ajs_event", user);
        p.set("ajs_uid", event);
      },
    ],
    ["a value given twice", (p: URLSearchParams) => p.append("ajs_uid", "u2")],
    ["the signature of nothing", (p: URLSearchParams) => p.set("sig", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")],
    ["its signature and more", (p: URLSearchParams) => p.set("sig", `${p.get("sig")}AAAA`)],
  ])("is refused with %s", async (_, change) => {
    const url = await signed();
    change(url.searchParams);
    expect(await verify(url)).toEqual({ ok: false, error: "link_altered" });
  });

  test("means nothing when its names are written in another case or escaped twice", async () => {
    const url = await signed();
    expect(await verifyLink(url.search.replace("to=", "TO="), KEY, webHmac)).toMatchObject({ ok: false });
    expect(await verifyLink(url.search.replaceAll("%", "%25"), KEY, webHmac)).toMatchObject({ ok: false });
    expect(await verifyLink(url.search.replace("?", "?&&"), KEY, webHmac)).toMatchObject({ ok: true });
  });

  test("is refused without a signature", async () => {
    const url = await signed();
    url.searchParams.delete("sig");
    expect(await verify(url)).toEqual({ ok: false, error: "link_unsigned" });
    expect(await verifyLink("?to=https://evil.example&sig=", KEY, webHmac)).toEqual({
      ok: false,
      error: "link_unsigned",
    });
  });

  test.each(["to", "sig"])("is refused when it names two of %s", async (name) => {
    const url = await signed();
    url.searchParams.append(name, "https://evil.example/");
    expect(await verify(url)).toEqual({ ok: false, error: "link_ambiguous" });
  });

  test("cannot be built from the parts of two parameters", async () => {
    const one = await signed({ calls: { properties: { a: '1","ajs_prop_b","2' } } });
    const url = new URL(one);
    url.searchParams.set("ajs_prop_a", "1");
    url.searchParams.set("ajs_prop_b", "2");
    expect(await verify(url)).toEqual({ ok: false, error: "link_altered" });
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/relative",
    "ftp://x.example",
    "",
    "http://",
  ])("is never made for the target %j", async (to) => {
    expect(await signLink({ ...OPTIONS, to }, webHmac)).toEqual({ ok: false, error: "link_target" });
  });

  test("is refused for a scheme that is not the web's even when its signature is right", async () => {
    const params = new URLSearchParams({ writeKey: "wk", to: "javascript:alert(1)" });
    params.set("sig", await webHmac.sign(KEY, `inlet-link-1\n${JSON.stringify([...params].toSorted())}`));
    expect(await verifyLink(`?${params}`, KEY, webHmac)).toEqual({ ok: false, error: "link_target" });
  });

  test("leads where it was signed for, whatever its calls hold", async () => {
    const text = fc.string({ unit: "grapheme" });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(text, text),
        text,
        fc.webUrl({ withQueryParameters: true }),
        async (properties, event, to) => {
          const url = await signed({ to, calls: { event, properties } });
          expect(await verify(url)).toEqual({ ok: true, value: new URL(to).href });
        },
      ),
      { numRuns: 50 },
    );
  });
});
