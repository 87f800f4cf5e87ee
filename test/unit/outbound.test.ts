import { describe, expect, it } from "vitest";
import { createGuardedFetch, OutboundRefused } from "../../src/destinations/outbound.ts";

interface Hop {
  readonly url: string;
  readonly init: RequestInit;
}

/** A guard whose network is a table of answers by URL; what is not in it answers "ok". */
function guard(answers: Record<string, () => Response> = {}, options = { allowPrivate: false }) {
  const hops: Hop[] = [];
  const go = createGuardedFetch({
    ...options,
    isOwnHost: (host) => host === "inlet.example" || host === "inlet.example:8443" || host === "127.0.0.1:8787",
    async fetch(url, init) {
      hops.push({ url, init });
      return answers[url]?.() ?? new Response("ok");
    },
  });
  return { go, hops };
}

const to =
  (location: string, status = 302) =>
  (): Response =>
    new Response(null, { status, headers: { location } });

describe("the guarded fetch", () => {
  it.each([
    "http://localhost/",
    "http://LOCALHOST.:80/",
    "http://app.localhost/",
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://metadata.google.internal/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff:fff::1]/",
    "http://127.0.0.1../",
    "http://localhost../",
    "http://localhost.localdomain/",
    "http://router/",
    "http://printer.local/",
    "http://db.internal/",
    "http://kubernetes.default.svc/",
  ])("does not go to %s, which is not the public internet", async (url) => {
    const { go, hops } = guard();
    await expect(go(url, {})).rejects.toBeInstanceOf(OutboundRefused);
    expect(hops).toEqual([]);
  });

  it.each(["https://api.example.com/", "http://8.8.8.8/", "http://172.32.0.1/", "http://[2606:4700::1111]/"])(
    "goes to %s",
    async (url) => {
      expect(await (await guard().go(url, {})).text()).toBe("ok");
    },
  );

  it.each(["ftp://example.com/", "file:///etc/passwd", "data:,x", "not a URL", "http://user:pass@example.com/"])(
    "does not take %s",
    async (url) => {
      await expect(guard().go(url, {})).rejects.toBeInstanceOf(OutboundRefused);
    },
  );

  it("goes to private hosts when this machine's owner says so, but never to this Inlet itself", async () => {
    const { go } = guard({}, { allowPrivate: true });
    expect(await (await go("http://127.0.0.1:3000/", {})).text()).toBe("ok");
    await expect(go("http://127.0.0.1:8787/v1/batch", {})).rejects.toThrow("this Inlet itself");
    for (const host of ["INLET.example", "inlet.example.", "inlet.example.:8443"]) {
      await expect(go(`https://${host}/v1/t`, {})).rejects.toThrow("this Inlet itself");
    }
  });

  it("looks at every hop of a redirect", async () => {
    const { go, hops } = guard({
      "https://a.example.com/": to("https://b.example.com/"),
      "https://b.example.com/": to("http://169.254.169.254/"),
    });
    await expect(go("https://a.example.com/", {})).rejects.toBeInstanceOf(OutboundRefused);
    expect(hops.map(({ url }) => url)).toEqual(["https://a.example.com/", "https://b.example.com/"]);
  });

  it("follows five redirects and no more", async () => {
    const answers = Object.fromEntries(
      Array.from({ length: 9 }, (_, hop) => [`https://a.example.com/${hop}`, to(`/${hop + 1}`)]),
    );
    const { go, hops } = guard(answers);
    await expect(go("https://a.example.com/0", {})).rejects.toThrow("redirected more than 5 times");
    expect(hops).toHaveLength(6);
    expect(await (await guard(answers).go("https://a.example.com/5", {})).text()).toBe("ok");
  });

  it("keeps credentials from another host that a redirect leads to", async () => {
    const headers = { authorization: "Bearer t", cookie: "a=b", "x-other": "stays" };
    const { go, hops } = guard({
      "https://a.example.com/": to("https://a.example.com/2"),
      "https://a.example.com/2": to("https://b.example.com/"),
    });
    await go("https://a.example.com/", { headers });
    const sent = hops.map(({ init }) => Object.fromEntries(new Headers(init.headers)));
    expect(sent[1]).toMatchObject(headers);
    expect(sent[2]).toEqual({ "x-other": "stays" });
  });

  it("sends the body again at 307 and 308, and none at 301, 302 and 303", async () => {
    const post = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    for (const [status, method, body] of [
      [307, "POST", "{}"],
      [308, "POST", "{}"],
      [301, "GET", undefined],
      [302, "GET", undefined],
      [303, "GET", undefined],
    ] as const) {
      const { go, hops } = guard({ "https://a.example.com/": to("/next", status) });
      await go("https://a.example.com/", post);
      expect(hops[1]!.init).toMatchObject({ method });
      expect(hops[1]!.init.body).toBe(body);
      expect(new Headers(hops[1]!.init.headers).has("content-type")).toBe(body !== undefined);
    }
  });

  it("gives a redirect back when the caller does not want it followed", async () => {
    const { go } = guard({ "https://a.example.com/": to("https://b.example.com/") });
    expect((await go("https://a.example.com/", { redirect: "manual" })).status).toBe(302);
    await expect(go("https://a.example.com/", { redirect: "error" })).rejects.toBeInstanceOf(OutboundRefused);
  });

  it("stops reading an answer after 5 MB", async () => {
    const { go } = guard({ "https://a.example.com/": () => new Response(new Uint8Array(5_000_001)) });
    await expect((await go("https://a.example.com/", {})).arrayBuffer()).rejects.toThrow("longer than 5 MB");
    const { go: fits } = guard({ "https://a.example.com/": () => new Response(new Uint8Array(5_000_000)) });
    expect((await (await fits("https://a.example.com/", {})).arrayBuffer()).byteLength).toBe(5_000_000);
  });
});
