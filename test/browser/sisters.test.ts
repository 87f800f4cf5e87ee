import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { readArchive, type ArchivedEvent } from "../support/archive.ts";
import { launchChromium } from "../support/chromium.ts";
import { startPageServer, type PageServer } from "../support/page-server.ts";
import { openPage, type SdkPage } from "../support/sdk-page.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { addBundle } from "../support/site-bundle.ts";
import { createSource, type TestSource } from "../support/test-source.ts";

let inlet: RunningInlet;
let browser: Browser;
let pages: PageServer;
let source: TestSource;
let shop: SdkPage;

beforeAll(async () => {
  [inlet, browser, pages] = await Promise.all([startInlet(), launchChromium(), startPageServer()]);
});
afterAll(() => Promise.all([inlet.stop(), browser.close(), pages.stop()]));
beforeEach(async () => {
  source = await createSource(inlet);
  const entry = await addBundle(pages, "sisters-entry.js");
  shop = await openPage(browser, pages, `<script type="module" src="${entry}"></script>`);
});
afterEach(() => shop.close());

const PROPERTIES = { revenue: 39.95, products: [{ id: 1 }], coupon: null, note: "Ünïcødé 🚀 <b>" };

/** The archived event of each type; fails when there is not exactly one of each. */
async function archivedByType(...types: string[]): Promise<Record<string, ArchivedEvent>> {
  const events = await readArchive(inlet, source.id, { atLeast: types.length });
  expect(events.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
  for (const event of events) {
    expect(event).toMatchObject({ channel: "client", version: 2, projectId: source.id });
    expect(JSON.stringify(event)).not.toContain(source.writeKey);
  }
  return Object.fromEntries(events.map((event) => [event.type, event]));
}

const posted = (): string[] =>
  shop.requests.filter((request) => request.method() === "POST").map((request) => new URL(request.url()).pathname);

it("takes in Jitsu's browser library: a secret beside the key, the type in the path", async () => {
  await shop.page.evaluate(`(async () => {
    const options = { host: "${inlet.url.origin}", writeKey: "${source.writeKey}:secret" };
    const analytics = jitsuAnalytics(options);
    await analytics.page({ name: "Pricing", plan: "pro" });
    await analytics.track("Order Completed", ${JSON.stringify(PROPERTIES)});
    await analytics.identify("user-1", { email: "a@shop.test" });
    await analytics.group("org-1", { name: "Org" });
  })()`);
  const { page, track, identify, group } = await archivedByType("page", "track", "identify", "group");
  expect(posted()).toEqual(["/api/s/page", "/api/s/track", "/api/s/identify", "/api/s/group"]);

  const anonymousId = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(page).toMatchObject({
    userId: null,
    anonymousId,
    properties: { name: "Pricing", plan: "pro", title: "Shop" },
  });
  expect(track).toMatchObject({ event: "Order Completed", properties: PROPERTIES, userId: null, anonymousId });
  expect(identify).toMatchObject({ userId: "user-1", traits: { email: "a@shop.test" }, anonymousId });
  expect(group).toMatchObject({ groupId: "org-1", traits: { name: "Org" }, userId: "user-1" });
  for (const event of [page, track, identify, group]) {
    expect(event).toMatchObject({
      messageId: expect.stringMatching(/^[0-9a-z]{15,30}$/),
      anonymousId: page?.["anonymousId"],
      timestamp: event?.["originalTimestamp"],
      context: {
        library: { name: "@jitsu/js", version: "1.11.0" },
        page: { url: shop.page.url(), title: "Shop" },
        locale: "de-DE",
        ip: "127.0.0.1",
        userAgent: expect.stringContaining("Chrome/"),
      },
    });
  }
});

it("takes in Hightouch's browser library: hex ids, nobody as null, a session in context", async () => {
  await shop.page.evaluate(`(async () => {
    const settings = { writeKey: "${source.writeKey}" };
    const analytics = HtEventsBrowser.load(settings, { apiHost: "${inlet.url.host}", protocol: "http" });
    await analytics.page("Docs", "Pricing", { plan: "pro" });
    await analytics.track("Order Completed", ${JSON.stringify(PROPERTIES)});
    await analytics.screen("Home", { tab: 1 });
    await analytics.identify("user-1", { email: "a@shop.test" });
    await analytics.group("org-1", { name: "Org" });
    await analytics.alias("user-2", "user-1");
  })()`);
  const events = await archivedByType("page", "track", "screen", "identify", "group", "alias");
  expect(posted()).toEqual(["page", "track", "screen", "identify", "group", "alias"].map((type) => `/v1/${type}`));

  const { page, track, screen, identify, group, alias } = events;
  expect(page).toMatchObject({ userId: null, name: "Pricing", category: "Docs", properties: { plan: "pro" } });
  expect(track).toMatchObject({ userId: null, event: "Order Completed" });
  expect(track?.["properties"]).toEqual(PROPERTIES);
  expect(screen).toMatchObject({ name: "Home", properties: { tab: 1 } });
  expect(identify).toMatchObject({ userId: "user-1", traits: { email: "a@shop.test" } });
  expect(group).toMatchObject({ groupId: "org-1", traits: { name: "Org" }, userId: "user-1" });
  expect(alias).toMatchObject({ userId: "user-2", previousId: "user-1" });
  for (const event of Object.values(events)) {
    expect(event).toMatchObject({
      messageId: expect.stringMatching(/^[0-9a-f]{32}$/),
      anonymousId: page?.["anonymousId"],
      timestamp: event["originalTimestamp"],
      context: {
        library: { name: "events-sdk-js", version: "npm-1.5.1" },
        sessionId: expect.any(Number),
        page: { url: shop.page.url(), title: "Shop" },
        locale: "de-DE",
        timezone: "Europe/Berlin",
        ip: "127.0.0.1",
        userAgent: expect.stringContaining("Chrome/"),
      },
    });
  }
});
