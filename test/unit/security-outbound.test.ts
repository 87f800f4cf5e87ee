import { OwnHosts } from "../../src/bindings/own-hosts.ts";
import { describe, expect, it } from "vitest";
import {
  checkHost,
  createGuardedFetch,
  OutboundRefused,
  type OutboundOptions,
} from "../../src/destinations/outbound.ts";

type Rules = Pick<OutboundOptions, "isOwnHost" | "allowPrivate">;

const STRICT: Rules = { isOwnHost: () => false, allowPrivate: false };

/** What the network saw of an attempt. */
async function attempt(url: string, options = STRICT): Promise<string[]> {
  const asked: string[] = [];
  const go = createGuardedFetch({
    ...options,
    fetch: async (text) => {
      asked.push(text);
      return new Response("ok");
    },
  });
  await go(url, {}).then(
    (response) => response.text(),
    (error: unknown) => {
      if (!(error instanceof OutboundRefused)) throw error;
    },
  );
  return asked;
}

/** One private address in every spelling that a URL parser, an operating system or a proxy may take for it. */
const PRIVATE = {
  "decimal, octal, hexadecimal, short": [
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7F.0.0.0x1/",
    "http://0177.0.0.01/",
    "http://127.1/",
    "http://127.0.1/",
    "http://10.1/",
    "http://3232235521/",
    "http://0xa9fea9fe/",
    "http://0/",
    "http://00000000.0x0/",
  ],
  "in other characters": [
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://%31%32%37.0.0.1/",
    "http://ⓛocalhost/",
    "http://loc\tal\nhost/",
    "http:\\\\127.0.0.1\\",
    " http://127.0.0.1/ ",
    "http:127.0.0.1",
    "http:///127.0.0.1/",
  ],
  "IPv6, alone or with an IPv4 address in it": [
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::10.0.0.1]/",
    "http://[2002:a00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[fec0::1]/",
    "http://[fd00::1]/",
    "http://[5f00::1]/",
    "http://[100::1]/",
  ],
  "names of the machine or its network": [
    "http://localhost./",
    "http://x.y.localhost:8080/",
    "http://LOCALHOST/",
    "http://ip6-localhost/",
    "http://host.docker.internal/",
    "http://metadata/computeMetadata/v1/",
    "http://instance-data.ec2.internal/",
    "http://nas.home.arpa/",
    "http://a.b.svc/",
    "http://x.onion/",
  ],
  "metadata services": [
    "http://169.254.169.254/",
    "http://169.254.170.2/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://[fd00:ec2::254]/",
  ],
  "with something before or behind it": [
    "http://api.example.com@127.0.0.1/",
    "http://api.example.com:80@10.0.0.1:80/",
    "http://127.0.0.1:65535/",
    "http://127.0.0.1#@api.example.com/",
    "http://127.0.0.1?x=@api.example.com/",
    "https://user@api.example.com/",
  ],
};

describe("an address that is private", () => {
  it.each(Object.entries(PRIVATE))("is refused however it is written: %s", async (_, urls) => {
    for (const url of urls) expect([url, await attempt(url)]).toEqual([url, []]);
  });

  it("is refused as a redirect's target too, whatever its spelling and at whichever hop", async () => {
    for (const location of Object.values(PRIVATE).flat()) {
      const asked: string[] = [];
      const go = createGuardedFetch({
        ...STRICT,
        fetch: async (url) => {
          asked.push(url);
          const next = url.endsWith("/1") ? location : "/1";
          return new Response(null, {
            status: 307,
            headers: { location: encodeURI(next.trim()).replaceAll("%25", "%") },
          });
        },
      });
      await go("https://api.example.com/0", {}).catch(() => undefined);
      const strange = asked.filter((url) => new URL(url).hostname !== "api.example.com");
      expect([location, strange]).toEqual([location, []]);
    }
  });

  it("is refused in the same spellings where a warehouse is spoken to over a socket", async () => {
    const hosts = Object.values(PRIVATE)
      .flat()
      .map((url) => url.replace(/^\s*https?:[/\\]*/, "").replace(/[/\\]\s*$/, ""));
    for (const host of hosts) {
      await expect(checkHost(host, 5432, STRICT), host).rejects.toBeInstanceOf(OutboundRefused);
    }
  });
});

describe("a host of a warehouse", () => {
  it.each(["a.example.com,127.0.0.1", "a.example.com:1", "a.example.com/x", "a b.example.com", "", "/var/run/x", "@"])(
    "is one host and nothing else: %j",
    async (host) => {
      for (const allowPrivate of [false, true]) {
        const checked = checkHost(host, 5432, { ...STRICT, allowPrivate });
        await expect(checked).rejects.toBeInstanceOf(OutboundRefused);
      }
    },
  );

  it("is used in the spelling that was checked", async () => {
    expect(await checkHost("DB.Example.COM", 5432, STRICT)).toBe("db.example.com");
    expect(await checkHost("0x8080808", 5432, STRICT)).toBe("8.8.8.8");
  });
});

describe("this Inlet itself", () => {
  const own = { isOwnHost: (host: string) => host === "127.0.0.1:8787", allowPrivate: true };

  it.each([
    "localhost",
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "x.localhost",
  ])("is not reached as %s either, where private hosts may be", async (host) => {
    expect(await attempt(`http://${host}:8787/v1/batch`, own)).toEqual([]);
    expect(await attempt(`http://${host}:3000/in`, own)).toHaveLength(1);
  });
});

describe("a public name of this Inlet", () => {
  const hosts = new OwnHosts(
    new Set(["inlet.example", "127.0.0.1:8787", "192.168.1.5:8787"]),
    () => ({ ownHosts: async () => [], noteHost: async () => undefined }),
    () => 0,
  );
  const rules = { isOwnHost: (host: string, anyPort: boolean) => hosts.has(host, anyPort), allowPrivate: false };

  it.each(["https://inlet.example/", "https://inlet.example:80/", "http://INLET.example.:8443/"])(
    "is not reached, whatever the port and wherever private hosts may be: %s",
    async (url) => {
      for (const allowPrivate of [false, true]) expect(await attempt(url, { ...rules, allowPrivate })).toEqual([]);
    },
  );

  it("hinders nobody beside it: another name, or another port of a private address", async () => {
    expect(await attempt("https://hooks.inlet.example/", rules)).toHaveLength(1);
    for (const url of ["http://127.0.0.1:3000/in", "http://localhost:3000/in", "http://192.168.1.5:3000/in"]) {
      expect(await attempt(url, { ...rules, allowPrivate: true })).toHaveLength(1);
    }
  });
});

describe("a name of a private network", () => {
  it.each(["fritz.box", "nas.fritz.box", "web.service.consul", "db.private", "laptop.tail1234.ts.net"])(
    "is not reached: %s",
    async (host) => {
      expect(await attempt(`https://${host}/`, STRICT)).toEqual([]);
    },
  );

  it.each(["myfritz.box.example", "consul.example", "private.example", "charts.net"])(
    "is not one that only looks so: %s",
    async (host) => {
      expect(await attempt(`https://${host}/`, STRICT)).toHaveLength(1);
    },
  );
});

describe("a redirect to another host", () => {
  it("takes no secret along, in whichever header a tool wants it", async () => {
    const secret = ["authorization", "cookie", "x-api-key", "DD-API-KEY", "api-token", "x-auth-email", "x-signature"];
    const asked: Headers[] = [];
    const go = createGuardedFetch({
      ...STRICT,
      fetch: async (url, init) => {
        asked.push(new Headers(init.headers));
        const location = "https://evil.example.net/";
        return url === location ? new Response("ok") : new Response(null, { status: 307, headers: { location } });
      },
    });
    const headers = Object.fromEntries([...secret, "content-type", "accept"].map((name) => [name, "s3cret"]));
    await go("https://api.example.com/", { method: "POST", headers, body: "{}" });
    expect([...asked[0]!.keys()]).toHaveLength(secret.length + 2);
    expect([...asked[1]!.keys()]).toEqual(["accept", "content-type"]);
  });
});

describe("what the guard cannot see", () => {
  it("is where a public name leads: such names pass, and the runtime's network has no private hosts", async () => {
    for (const url of ["http://127.0.0.1.nip.io/", "https://localtest.me/"]) {
      expect(await attempt(url)).toEqual([url]);
    }
  });
});
