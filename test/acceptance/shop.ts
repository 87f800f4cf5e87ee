import { Analytics } from "@segment/analytics-node";
import { launchChromium } from "../support/chromium.ts";
import { startPageServer } from "../support/page-server.ts";
import { openPage } from "../support/sdk-page.ts";
import { addBundle } from "../support/site-bundle.ts";
import type { RunningInlet } from "../support/server.ts";
import type { TestSource } from "../support/test-source.ts";

/** What a shop's server and pages tell, by name, with the messageId each was given. */
export type Told = Readonly<Record<string, string>>;

export const ADA = {
  email: "Ada@Example.com",
  firstName: "Ada",
  lastName: "Lovelace",
  phone: "+442079460000",
  address: { city: "London", postalCode: "W1J 7JB" },
} as const;
export const ORDER = {
  order_id: "o-1001",
  total: 42.5,
  revenue: 40,
  currency: "EUR",
  products: [
    { product_id: "p1", name: "Lamp", price: 10, quantity: 3, currency: "EUR" },
    { product_id: "p2", name: "Bulb", price: 12.5, quantity: 1, currency: "EUR" },
  ],
} as const;
export const CONTEXT = {
  ip: "203.0.113.7",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140",
  page: { url: "https://shop.example/checkout" },
  traits: ADA,
} as const;

/** Segment's SDK for Node, as its users have it. */
export async function tellByNode({ writeKey }: TestSource, host: string): Promise<Told> {
  const client = new Analytics({ writeKey, host });
  const told: Record<string, string> = {};
  client.on("identify", ({ event }) => void (told["signup"] = String(event.messageId)));
  client.on("track", ({ event }) => void (told["order"] = String(event.messageId)));
  client.identify({ userId: "user-ada", traits: ADA, context: CONTEXT });
  client.track({ userId: "user-ada", event: "Order Completed", properties: ORDER, context: CONTEXT });
  await client.closeAndFlush();
  return told;
}

/** The HTTP API: single calls, and a batch of what some tools are not to get. */
export async function tellByHttp({ writeKey }: TestSource, host: string, timestamp: string): Promise<Told> {
  const post = async (path: string, body: Record<string, unknown>) => {
    const headers = { authorization: `Basic ${btoa(`${writeKey}:`)}`, "content-type": "application/json" };
    const response = await fetch(`${host}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  };
  const who = { userId: "user-ada", timestamp, context: CONTEXT };
  const plan = { event: "Plan Upgraded", properties: { from: "free", to: "pro" } };
  await post("/v1/track", { ...who, ...plan, messageId: "http-upgrade" });
  const page = { name: "Pricing", properties: { url: "https://shop.example/pricing", title: "Pricing" } };
  await post("/v1/page", { ...who, ...page, messageId: "http-pricing" });
  const consent = { categoryPreferences: { analytics: false, advertising: true } };
  const track = { ...who, type: "track", properties: { area: "account" } };
  await post("/v1/batch", {
    batch: [
      { ...track, event: "Internal Ping", messageId: "http-ping" },
      { ...track, event: "Profile Viewed", messageId: "http-viewed", context: { ...CONTEXT, consent } },
      { ...track, event: "Gift Hidden", messageId: "http-gift", integrations: { "Actions Customerio": false } },
    ],
  });
  return {
    upgrade: "http-upgrade",
    pricing: "http-pricing",
    ping: "http-ping",
    viewed: "http-viewed",
    gift: "http-gift",
  };
}

/** Runs in the page. */
const VISIT = `(async () => {
  const login = await analytics.identify("user-bob", { email: "bob@example.com" });
  const options = { traits: { email: "bob@example.com" } };
  const video = await analytics.track("Video Played", { title: "Tour", seconds: 31 }, { context: options });
  return { login: login.event.messageId, video: video.event.messageId };
})()`;

/** analytics.js from npm, in a page of the shop in Chromium. */
export async function tellByBrowser({ writeKey }: TestSource, inlet: RunningInlet): Promise<Told> {
  const [browser, pages] = await Promise.all([launchChromium(), startPageServer()]);
  try {
    const entry = await addBundle(pages, "npm-entry.js");
    const load = JSON.stringify({ writeKey, cdnURL: inlet.url.origin });
    const head = `<script type="module">import ${JSON.stringify(entry)}; startAnalytics(${load});</script>`;
    const { page } = await openPage(browser, pages, head);
    const acknowledged = (path: string) =>
      page.waitForResponse((response) => response.ok() && response.url() === new URL(path, inlet.url).href);
    const both = Promise.all([acknowledged("/v1/i"), acknowledged("/v1/t")]);
    await page.waitForFunction("window.analytics !== undefined");
    const told = await page.evaluate<Told>(VISIT);
    await both;
    return told;
  } finally {
    await Promise.all([browser.close(), pages.stop()]);
  }
}
