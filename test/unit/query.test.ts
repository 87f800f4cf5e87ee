import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { prefersImage, queryMessages, readQuery } from "../../src/collect/query.ts";

/** The library's own reader; the package publishes no types for its parts. */
const PARTS = "@segment/analytics-next/dist/pkg/core/query-string/index.js";
const library = (await import(PARTS)) as { queryString(analytics: object, query: string): Promise<unknown> };

describe("an ajs_ query", () => {
  test("is setAnonymousId, then identify, then track, with one identity", () => {
    const calls = readQuery(
      "?writeKey=wk&ajs_event=Clicked&ajs_prop_emailCampaign=First+Touch&ajs_uid=u1&ajs_trait_plan=pro&ajs_aid=a1",
    );
    expect(queryMessages(calls, undefined)).toMatchObject([
      { type: "identify", userId: "u1", anonymousId: "a1", traits: { plan: "pro" } },
      {
        type: "track",
        userId: "u1",
        anonymousId: "a1",
        event: "Clicked",
        properties: { emailCampaign: "First Touch" },
      },
    ]);
  });

  test("names the visitor by the id at hand when it brings none", () => {
    expect(queryMessages(readQuery("ajs_event=Clicked"), "cookie-id")).toMatchObject([{ anonymousId: "cookie-id" }]);
    expect(queryMessages(readQuery("ajs_event=Clicked&ajs_aid=own"), "cookie-id")).toMatchObject([
      { anonymousId: "own" },
    ]);
  });

  test("asks for nothing with traits, properties or an anonymous id alone", () => {
    expect(queryMessages(readQuery("ajs_trait_a=1&ajs_prop_b=2&ajs_aid=a1"), undefined)).toEqual([]);
    expect(queryMessages(readQuery("ajs_uid=&ajs_event="), undefined)).toEqual([]);
  });
});

describe("read next to analytics.js itself", () => {
  beforeEach(() => {
    // The one piece of a page it uses: an anchor that parses a URL.
    vi.stubGlobal("document", {
      createElement: () => ({
        set href(url: string) {
          Object.defineProperty(this, "search", { value: new URL(url, "https://page.example/").search });
        },
      }),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  /** The calls of the real library, in order. */
  function theirs(search: string): unknown[] {
    const calls: unknown[] = [];
    const record =
      (name: string) =>
      (...args: unknown[]) =>
        calls.push(JSON.parse(JSON.stringify([name, ...args])));
    const analytics = {
      options: {},
      setAnonymousId: record("setAnonymousId"),
      identify: record("identify"),
      track: record("track"),
    };
    void library.queryString(analytics, search);
    return calls;
  }

  function ours(search: string): unknown[] {
    const calls = readQuery(new URL(search, "https://page.example/").search);
    return [
      ...(calls.anonymousId === undefined ? [] : [["setAnonymousId", calls.anonymousId]]),
      ...(calls.userId === undefined ? [] : [["identify", calls.userId, calls.traits]]),
      ...(calls.event === undefined ? [] : [["track", calls.event, calls.properties]]),
    ];
  }

  test.each([
    "?ajs_uid=u1&ajs_trait_name=Karl+Marx&ajs_event=A%20b&ajs_prop_x=%E2%9C%93&ajs_aid=a",
    "?ajs_event=bad%E0%A4%A&ajs_prop_x=%",
    "?ajs_event=a=b=c&ajs_prop_url=https://x.example/?q=1",
    "?ajs_uid=first&ajs_uid=last&ajs_trait_a=1&ajs_trait_a=2",
    "?ajs_uid=first&ajs_uid",
    "?ajs_prop_=empty&ajs_event=e&ajs_prop_none",
    "?ajs_event=Grüße&ajs_prop_größe=ä ö",
    "?utm_source=x&&=&ajs_event=e",
  ])("%s means the same", (search) => {
    expect(ours(search)).toEqual(theirs(search));
  });

  test("any query means the same", () => {
    const name = fc.constantFrom(
      "ajs_aid",
      "ajs_uid",
      "ajs_event",
      "ajs_trait_a",
      "ajs_trait_b",
      "ajs_prop_a",
      "other",
    );
    const value = fc.oneof(fc.string(), fc.string().map(encodeURIComponent), fc.constant("+%20=%"));
    const part = fc.oneof(
      fc.tuple(name, value).map(([k, v]) => `${k}=${v}`),
      name,
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const search = `?${parts.join("&").replaceAll("#", "")}`;
        expect(ours(search)).toEqual(theirs(search));
      }),
    );
  });
});

describe("the answer of a query hit", () => {
  test.each([
    ["Chrome's <img>", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"],
    ["Firefox' <img>", "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"],
    ["an image only", "image/gif"],
  ])("is the image for %s", (_, accept) => {
    expect(prefersImage(accept)).toBe(true);
  });

  test.each([
    ["a script", "*/*"],
    ["an opened link", "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8"],
    ["nobody in particular", undefined],
    ["one who wants no image", "image/*;q=0"],
    ["nonsense", ";;,q=,=image"],
  ])("is empty for %s", (_, accept) => {
    expect(prefersImage(accept)).toBe(false);
  });
});

test("no query string makes the reader throw", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (search, accept) => void [readQuery(search), prefersImage(accept)]));
});
