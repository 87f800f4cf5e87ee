import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { libraryText, renderLibrary } from "../../src/collect/library.ts";
import { mountAt } from "../../src/collect/mount.ts";
import { renderSnippet, renderSnippetTag, type SnippetOptions } from "../../src/collect/snippet.ts";

const BUILD = readFileSync(
  createRequire(import.meta.url)
    .resolve("@segment/analytics-next/package.json")
    .replace("package.json", "dist/umd/standalone.js"),
  "utf8",
);
const OPTIONS: SnippetOptions = { origin: "https://data.shop.example", pathPrefix: "", writeKey: "wk_shop" };

interface Page {
  readonly scripts: { src?: string; attributes: Record<string, string> }[];
  readonly window: { analytics?: Record<string, unknown> & unknown[] };
}

/** Runs a snippet in the few pieces of a page it touches. */
function runSnippet(text: string): Page {
  const page: Page = { scripts: [], window: {} };
  const first = { parentNode: { insertBefore: (script: Page["scripts"][number]) => page.scripts.push(script) } };
  const document = {
    title: "T",
    referrer: "",
    querySelector: () => null,
    getElementsByTagName: () => [first],
    createElement: () => {
      const attributes: Record<string, string> = {};
      return { attributes, setAttribute: (name: string, value: string) => (attributes[name] = value) };
    },
  };
  runInNewContext(text, { window: page.window, document, location: { pathname: "/", href: "https://s/", search: "" } });
  return page;
}

describe.each([{ min: false }, { min: true }])("the snippet ($min)", ({ min }) => {
  test.each([
    ["https://data.shop.example", "", "https://data.shop.example/analytics.js/v1/wk_shop/analytics.min.js"],
    ["http://127.0.0.1:8787", "", "http://127.0.0.1:8787/analytics.js/v1/wk_shop/analytics.min.js"],
    ["https://data.shop.example", "/k3x9", "https://data.shop.example/k3x9/js/wk_shop.js"],
    ["http://localhost:8787", "/k3x9", "http://localhost:8787/k3x9/js/wk_shop.js"],
  ])("loads the library from %s%s", (origin, pathPrefix, src) => {
    const page = runSnippet(renderSnippet({ origin, pathPrefix, writeKey: "wk_shop", min }));
    expect(page.scripts.map((script) => script.src)).toEqual([src]);
    expect(page.window.analytics?.["_cdn"]).toBe(`${origin}${pathPrefix}`);
    expect(page.window.analytics?.["_writeKey"]).toBe("wk_shop");
  });

  test("makes the first page call", () => {
    const [call] = runSnippet(renderSnippet({ ...OPTIONS, min })).window.analytics ?? [];
    expect((call as unknown[])[0]).toBe("page");
  });

  test("names no other host", () => {
    expect(renderSnippet({ ...OPTIONS, min })).not.toMatch(/segment\.(?:com|io)/);
  });

  test("stays inert with a hostile write key", () => {
    const writeKey = '"</script><script>alert(1)</script>';
    const text = renderSnippetTag({ ...OPTIONS, writeKey, min });
    expect(text.match(/<\/script>/g)).toHaveLength(1);
    expect(runSnippet(renderSnippet({ ...OPTIONS, writeKey, min })).window.analytics?.["_writeKey"]).toBe(writeKey);
  });
});

describe("the served library", () => {
  const serve = (options: Partial<Parameters<typeof libraryText>[0]> = {}) =>
    renderLibrary(
      BUILD,
      libraryText({ writeKey: "wk_shop", mount: mountAt("http://127.0.0.1:8787", "/k3x9"), short: false, ...options }),
    );

  test("carries the write key in the place the build leaves for it", () => {
    expect(serve()).toContain('window.analyticsWriteKey="wk_shop"');
    expect(serve()).not.toContain("__WRITE_KEY__");
  });

  test("keeps a hostile key a string, dollar signs included", () => {
    const text = serve({ writeKey: '$&"</script>$1' });
    expect(text).toContain(String.raw`window.analyticsWriteKey="$&\"\u003c/script>$1"`);
  });

  test("sends its early error metrics to our host, not to Segment's", () => {
    expect(serve()).not.toContain("api.segment.io");
    expect(serve()).toContain('"127.0.0.1:8787/k3x9/v1"');
  });

  test("asks for settings and chunks under short paths when it was asked there, and nowhere else", () => {
    const short = serve({ short: true });
    expect(short).toMatch(/\.concat\(\w+,"\/js\/"\)\.concat\(\w+,"\.json"\)/);
    expect(short).toContain('+"/js/c/"');
    expect(short).not.toMatch(/\/v1\/projects\/|\+"\/analytics-next\/bundles\/"/);
    expect(serve()).toMatch(/"\/v1\/projects\/"/);
    expect(serve()).toContain('+"/analytics-next/bundles/"');
  });

  test("is valid JavaScript in every form", () => {
    for (const text of [serve(), serve({ short: true }), serve({ anonymousId: "a-1" })]) {
      expect(() => new Function(text)).not.toThrow();
    }
  });

  describe("before it runs", () => {
    interface Host {
      analytics?: unknown;
      [key: string]: unknown;
    }
    /** Runs what surrounds the build, and returns what the build would have seen and what is left. */
    function surround(
      window: Host,
      options: { key?: string; anonymousId?: string; cookie?: string; stored?: string } = {},
    ) {
      const text = libraryText({
        writeKey: "wk_shop",
        mount: mountAt("http://127.0.0.1:8787", ""),
        short: false,
        ...(options.anonymousId === undefined ? {} : { anonymousId: options.anonymousId }),
      });
      const script = options.key === undefined ? null : { getAttribute: () => options.key };
      const document = { cookie: options.cookie ?? "", querySelector: () => script };
      window["localStorage"] = { getItem: () => options.stored ?? null };
      let seen: unknown;
      window["build"] = () => (seen = (window.analytics as { _cdn?: string } | undefined)?._cdn);
      runInNewContext(`${text.before}window.build();${text.after}`, { window, document, Array });
      return { seen, window };
    }

    test("the library's host is known, also over http", () => {
      expect(surround({ analytics: [] }).seen).toBe("http://127.0.0.1:8787");
    });

    test("a page's own choice of host stands", () => {
      const analytics = Object.assign([], { _cdn: "https://elsewhere.example" });
      expect(surround({ analytics }).seen).toBe("https://elsewhere.example");
    });

    test("another global name gets the host too, and leaves no trace in window.analytics", () => {
      const { seen, window } = surround({ inlet: [] }, { key: "inlet" });
      expect(seen).toBe("http://127.0.0.1:8787");
      expect("analytics" in window).toBe(false);
      expect((window["inlet"] as { _cdn?: string })._cdn).toBe("http://127.0.0.1:8787");
    });

    test("another vendor's window.analytics is untouched by ours under another name", () => {
      const theirs = Object.assign([], { _cdn: "https://cdn.other.example" });
      const { seen, window } = surround({ analytics: theirs, inlet: [] }, { key: "inlet" });
      expect(seen).toBe("http://127.0.0.1:8787");
      expect(window.analytics).toBe(theirs);
      expect(theirs._cdn).toBe("https://cdn.other.example");
    });

    test("a browser that lost its anonymous id gets the server's back, ahead of what the page buffered", () => {
      const { window } = surround({ analytics: [["page"]] }, { anonymousId: "a-1" });
      expect(JSON.stringify(window.analytics)).toBe('[["setAnonymousId","a-1"],["page"]]');
    });

    test.each([
      ["has it in its cookie", { cookie: "x=1; ajs_anonymous_id=mine" }],
      ["has it in local storage", { stored: '"mine"' }],
    ])("a browser that %s keeps its own", (_, state) => {
      const { window } = surround({ analytics: [["page"]] }, { anonymousId: "a-1", ...state });
      expect(JSON.stringify(window.analytics)).toBe('[["page"]]');
    });

    test("a page that wants nothing kept gets nothing back", () => {
      const analytics = Object.assign([["page"]], { _loadOptions: { disableClientPersistence: true } });
      const { window } = surround({ analytics }, { anonymousId: "a-1" });
      expect(JSON.stringify(window.analytics)).toBe('[["page"]]');
    });
  });
});
