import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLOCK_DEAD_BAND_MS } from "../../src/core/timestamps.ts";
import { readArchive, type ArchivedEvent } from "../support/archive.ts";
import { launchChromium } from "../support/chromium.ts";
import { startPageServer, type PageServer } from "../support/page-server.ts";
import { openSdkPage, VARIANTS, type SdkPage, type Variant } from "../support/sdk-page.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource, type TestSource } from "../support/test-source.ts";

let inlet: RunningInlet;
let browser: Browser;
let pages: PageServer;

beforeAll(async () => {
  [inlet, browser, pages] = await Promise.all([startInlet(), launchChromium(), startPageServer()]);
});
afterAll(() => Promise.all([inlet.stop(), browser.close(), pages.stop()]));

/** Runs in the page: the six calls of the spec, each awaited, so that what each knows of the visitor is settled. */
const SIX_CALLS = `(async () => {
  const ids = {};
  const note = (name, ctx) => { ids[name] = ctx.event.messageId; };
  await new Promise((resolve) => analytics.ready(resolve));
  note("page", await analytics.page("Docs", "Pricing", { plan: "pro" }));
  note("track", await analytics.track("Order Completed",
    { revenue: 39.95, big: 9007199254740991, products: [{ id: 1, tags: [] }], coupon: null, note: "Ünïcødé 🚀 <b>" },
    { integrations: { All: true, Mixpanel: false }, experiment: "b", timestamp: new Date("2026-01-02T03:04:05.678Z") }));
  note("screen", await analytics.screen("App", "Home", { tab: 1 }));
  note("alias", await analytics.alias("user-1", "visitor-0"));
  note("identify", await analytics.identify("user-1", { email: "a@shop.test", address: { city: "Köln" }, age: 33 }));
  note("group", await analytics.group("org-1", { name: "Org", seats: 5 }));
  return { ids, anonymousId: (await analytics.user()).anonymousId(), userAgent: navigator.userAgent };
})()`;

interface Made {
  readonly ids: Record<string, string>;
  readonly anonymousId: string;
  readonly userAgent: string;
}

const SEARCH = "?q=shoes&utm_source=news&utm_medium=mail&utm_campaign=spring";

async function makeSixCalls(variant: Variant, source: TestSource) {
  const shop = await openSdkPage({ browser, pages, inlet: inlet.url.origin, source, variant, search: SEARCH });
  const made = (await shop.page.evaluate(SIX_CALLS)) as Made;
  // The snippet and the bundled site both begin with a page call of their own.
  const events = await readArchive(inlet, source.id, { atLeast: 7 });
  const byId = new Map(events.map((event) => [event.messageId, event]));
  const of = (name: string): ArchivedEvent => byId.get(made.ids[name]!)!;
  return { shop, made, events, of };
}

const STRATEGIES = [
  { strategy: "standard", enabled: false, paths: ["/v1/p", "/v1/p", "/v1/t", "/v1/s", "/v1/a", "/v1/i", "/v1/g"] },
  { strategy: "batching", enabled: true, paths: ["/v1/b"] },
] as const;

describe.each(VARIANTS)("analytics.js (%s) on another site", (variant) => {
  describe.each(STRATEGIES)("with $strategy delivery", ({ enabled, paths }) => {
    let shop: SdkPage;
    let made: Made;
    let events: ArchivedEvent[];
    let of: (name: string) => ArchivedEvent;

    beforeAll(async () => {
      const source = await createSource(inlet, { batching: { enabled, size: 100, timeoutMs: 300 } });
      ({ shop, made, events, of } = await makeSixCalls(variant, source));
      for (const event of events) expect(event["projectId"]).toBe(source.id);
    });
    afterAll(() => shop.close());

    it("posts to the paths of its strategy and reaches no host but the page's and ours", () => {
      const posts = shop.requests.filter((request) => request.method() === "POST");
      const asked = posts.map((request) => new URL(request.url()).pathname);
      expect(enabled ? [...new Set(asked)] : asked.toSorted()).toEqual(paths.toSorted());
      const origins = new Set(shop.requests.map((request) => new URL(request.url()).origin));
      expect(origins).toEqual(new Set([pages.origin, inlet.url.origin]));
    });

    it("archives each call once, with the messageId the library gave it", () => {
      expect(events).toHaveLength(7);
      expect(new Set(events.map((event) => event.messageId)).size).toBe(7);
      for (const [name, id] of Object.entries(made.ids)) expect(of(name)).toMatchObject({ type: name, messageId: id });
    });

    it("keeps page: name, category and the page's own properties", () => {
      const event = of("page");
      const url = new URL(shop.page.url());
      const page = { path: url.pathname, referrer: "", search: SEARCH, title: "Shop", url: url.href };
      expect(event).toMatchObject({ name: "Pricing", category: "Docs" });
      expect(event["properties"]).toEqual({ ...page, plan: "pro", name: "Pricing", category: "Docs" });
    });

    it("keeps track: event, properties of every JSON type, integrations, and options as context", () => {
      const event = of("track");
      expect(event["event"]).toBe("Order Completed");
      expect(event["properties"]).toEqual({
        revenue: 39.95,
        big: 9007199254740991,
        products: [{ id: 1, tags: [] }],
        coupon: null,
        note: "Ünïcødé 🚀 <b>",
      });
      expect(event["integrations"]).toEqual({ All: true, Mixpanel: false });
      expect(event["context"]).toMatchObject({ experiment: "b" });
      expect(event).not.toHaveProperty("traits");
    });

    it("keeps screen, alias, identify and group", () => {
      const { anonymousId } = made;
      expect(of("screen")).toMatchObject({ name: "Home", category: "App", properties: { tab: 1 }, anonymousId });
      expect(of("alias")).toMatchObject({ userId: "user-1", previousId: "visitor-0", anonymousId });
      expect(of("identify")).toMatchObject({ userId: "user-1", anonymousId });
      expect(of("identify")["traits"]).toEqual({ email: "a@shop.test", address: { city: "Köln" }, age: 33 });
      expect(of("group")).toMatchObject({ groupId: "org-1", userId: "user-1", anonymousId });
      expect(of("group")["traits"]).toEqual({ name: "Org", seats: 5 });
    });

    it("keeps the visitor: nobody before identify, the user after it, one anonymous id throughout", () => {
      for (const name of ["page", "track", "screen"]) expect(of(name)["userId"]).toBeNull();
      for (const event of events) expect(event["anonymousId"]).toBe(made.anonymousId);
    });

    it("keeps the library's context and adds the address of the connection", () => {
      const url = new URL(shop.page.url());
      for (const event of events) {
        expect(event["context"]).toMatchObject({
          page: { path: url.pathname, referrer: "", search: SEARCH, title: "Shop", url: url.href },
          userAgent: made.userAgent,
          userAgentData: { mobile: false, platform: "Linux" },
          locale: "de-DE",
          timezone: "Europe/Berlin",
          library: { name: "analytics.js", version: variant === "npm" ? "npm:next-1.84.3" : "next-1.84.3" },
          campaign: { source: "news", medium: "mail", name: "spring" },
          ip: "127.0.0.1",
        });
      }
    });

    it("orders the four timestamps and keeps the client's own", () => {
      for (const event of events.filter((one) => one !== of("track"))) {
        const { timestamp, originalTimestamp, sentAt, receivedAt } = event as unknown as Record<string, string>;
        expect(timestamp).toBe(originalTimestamp);
        const [made, sent, received] = [originalTimestamp, sentAt, receivedAt].map((time) => Date.parse(time!));
        expect(made).toBeLessThanOrEqual(sent!);
        expect(sent).toBeLessThanOrEqual(received! + CLOCK_DEAD_BAND_MS);
      }
      expect(of("track")).toMatchObject({
        originalTimestamp: "2026-01-02T03:04:05.678Z",
        timestamp: "2026-01-02T03:04:05.678Z",
      });
    });

    it("marks the event as a client's, leaves the write key out and keeps _metadata for debugging", () => {
      for (const event of events) {
        expect(event).toMatchObject({ channel: "client", version: 2 });
        expect(event["_metadata"]).toMatchObject({ bundled: ["Segment.io"], unbundled: [], bundledIds: [] });
        expect(JSON.stringify(event)).not.toContain("writeKey");
      }
    });
  });
});
