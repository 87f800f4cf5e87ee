// The requests that fuzzing starts from. `INLET_FUZZ_RECORD=1 npm test -- test/fuzz/recordings.test.ts` drives the SDKs
// against the product and keeps what they send.
import { writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { startFaultProxy, type Passed } from "../support/fault-proxy.ts";
import { NODE_SDKS } from "../support/node-sdks.ts";
import { startPageServer } from "../support/page-server.ts";
import { openPage, openSdkPage } from "../support/sdk-page.ts";
import { startInlet } from "../support/server.ts";
import { addBundle } from "../support/site-bundle.ts";
import { createSource } from "../support/test-source.ts";
import { judgeBody } from "./oracle.ts";
import { readRecordings, RECORDINGS_FILE, WRITE_KEY, type Recording } from "./recording.ts";

/** What the connection and the test's own machine put there. */
const NOT_THE_SDK = /^(?:host|connection|content-length|accept-encoding|origin|referer|sec-ch-.*|transfer-encoding)$/;

function recordingOf(from: string, { path, headers, body }: Passed, key: string): Recording {
  const text = (body[0] === 0x1f ? gunzipSync(body) : body).toString();
  const kept = Object.entries(headers).filter(([name]) => !NOT_THE_SDK.test(name));
  const named = kept.map(([name, value]) => [name, String(value).replaceAll(key, WRITE_KEY)] as const);
  const { authorization, ...rest } = Object.fromEntries(named);
  return {
    from,
    path: path.replaceAll(key, WRITE_KEY),
    headers: authorization === undefined ? rest : { ...rest, authorization: `Basic ${WRITE_KEY}` },
    body: text
      .replaceAll(key, WRITE_KEY)
      .replaceAll(/https?:\/\/(?:127\.0\.0\.1|localhost):\d+\/[^"]*/g, "https://shop.example/pricing?utm_source=mail")
      .replaceAll(/"\/shop\/[^"]*"/g, '"/pricing"'),
  };
}

const CALLS = {
  identify: { userId: "user-1", traits: { email: "ada@shop.example", address: { city: "Köln" }, age: 33 } },
  track: {
    userId: "user-1",
    event: "Order Completed",
    properties: { revenue: 39.95, products: [{ id: 1, tags: [] }], coupon: null, note: "🚀 <b>" },
    integrations: { All: true, Mixpanel: false },
    context: { ip: "203.0.113.7", locale: "de-DE" },
  },
  page: { userId: "user-1", name: "Pricing", category: "Docs", properties: { url: "https://shop.example/pricing" } },
  screen: { anonymousId: "anon-1", name: "Home", properties: { tab: 1 } },
  group: { userId: "user-1", groupId: "org-1", traits: { name: "Org", seats: 5 } },
  alias: { userId: "user-1", previousId: "anon-1" },
} as const;

const IN_THE_BROWSER = `
  await analytics.page("Docs", "Pricing", { plan: "pro" });
  await analytics.identify("user-1", ${JSON.stringify(CALLS.identify.traits)});
  await analytics.track("Order Completed", ${JSON.stringify(CALLS.track.properties)});
  await analytics.group("org-1", { name: "Org" });
  await analytics.screen("Home", { tab: 1 });
  await analytics.alias("user-2", "user-1");`;

async function record(): Promise<Recording[]> {
  const [inlet, browser, pages] = await Promise.all([startInlet(), launchChromium(), startPageServer()]);
  const proxy = await startFaultProxy(inlet.url);
  const source = await createSource(inlet);
  const found: Recording[] = [];
  const keep = (from: string, before: number): void =>
    void found.push(
      ...proxy
        .calls()
        .slice(before)
        .map((call) => recordingOf(from, call, source.writeKey)),
    );
  for (const sdk of NODE_SDKS) {
    const before = proxy.calls().length;
    const { calls, flush } = sdk.open(source.writeKey, proxy.url.origin);
    for (const [type, call] of Object.entries(CALLS)) calls[type as keyof typeof CALLS](structuredClone(call));
    await flush();
    keep(sdk.name, before);
  }
  for (const strategy of ["standard", "batching"]) {
    const before = proxy.calls().length;
    const deliveryStrategy = { strategy, config: { size: 6 } };
    const load = { integrations: { "Segment.io": { deliveryStrategy } } };
    const own = strategy === "batching" ? source : await createSource(inlet, { batching: { enabled: false } });
    const options = { browser, pages, inlet: proxy.url.origin, source: own, variant: "npm", load } as const;
    const shop = await openSdkPage(options);
    await shop.page.evaluate(`(async () => {${IN_THE_BROWSER}})()`);
    await expect.poll(() => proxy.calls().length, { timeout: 20_000 }).toBeGreaterThan(before);
    await shop.page.waitForTimeout(1500);
    await shop.close();
    found.push(
      ...proxy
        .calls()
        .slice(before)
        .map((call) => recordingOf("analytics-next", call, own.writeKey)),
    );
  }
  const before = proxy.calls().length;
  const entry = await addBundle(pages, "sisters-entry.js");
  const sisters = await openPage(browser, pages, `<script type="module" src="${entry}"></script>`);
  await sisters.page.evaluate(`(async () => {
    const jitsu = jitsuAnalytics({ host: "${proxy.url.origin}", writeKey: "${source.writeKey}:secret" });
    await jitsu.page({ name: "Pricing" });
    await jitsu.track("Order Completed", ${JSON.stringify(CALLS.track.properties)});
    await jitsu.identify("user-1", { email: "ada@shop.example" });
    const analytics = HtEventsBrowser.load({ writeKey: "${source.writeKey}" }, { apiHost: "${proxy.url.host}", protocol: "http" });
    ${IN_THE_BROWSER}
  })()`);
  await sisters.page.waitForTimeout(1500);
  keep("@jitsu/js, @ht-sdks/events-sdk-js-browser", before);
  await Promise.all([inlet.stop(), browser.close(), pages.stop(), proxy.stop()]);
  return found;
}

it.runIf(process.env["INLET_FUZZ_RECORD"] === "1")("records what the SDKs send", async () => {
  writeFileSync(RECORDINGS_FILE, `${JSON.stringify(await record(), null, 1)}\n`);
});

it("each recording is taken in as it is, by the oracle's word", () => {
  const recordings = readRecordings();
  expect(new Set(recordings.map(({ from }) => from)).size).toBeGreaterThanOrEqual(6);
  for (const { from, path, body } of recordings) {
    const batch = /\/(?:b|batch)(?:\?|$)/.test(path);
    const type = /\/(?:s\/)?(\w+)$/.exec(path)?.[1];
    const implied = { t: "track", i: "identify", p: "page", s: "screen", g: "group", a: "alias" }[type ?? ""] ?? type;
    const judged = judgeBody(Buffer.from(body), batch, batch ? undefined : implied);
    expect(judged.length, `${from} ${path}`).toBeGreaterThan(0);
    expect(new Set(judged.map(({ fate }) => fate)), `${from} ${path}`).toEqual(new Set(["good"]));
  }
});
