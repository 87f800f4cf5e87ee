import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countDuplicates, readArchive, waitFor } from "../support/archive.ts";
import { launchChromium } from "../support/chromium.ts";
import { startFaultProxy, type Fault, type FaultProxy } from "../support/fault-proxy.ts";
import { startPageServer, type PageServer } from "../support/page-server.ts";
import { openSdkPage, type SdkPage } from "../support/sdk-page.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource, type TestSource } from "../support/test-source.ts";

let inlet: RunningInlet;
let browser: Browser;
let pages: PageServer;
let proxy: FaultProxy;
let source: TestSource;
let shop: SdkPage;

beforeAll(async () => {
  [inlet, browser, pages] = await Promise.all([startInlet(), launchChromium(), startPageServer()]);
});
afterAll(() => Promise.all([inlet.stop(), browser.close(), pages.stop()]));
beforeEach(async () => {
  proxy = await startFaultProxy(inlet.url);
});
afterEach(() => Promise.all([shop.close(), proxy.stop()]));

/** Long enough that only the end of a page sends what waits. */
const NEVER_BY_ITSELF = { size: 100, timeoutMs: 60_000 };
const SOON = { size: 100, timeoutMs: 100 };

/** A page of another site whose first page call has arrived: from now on faults befall what the test sends. */
async function openShop(enabled: boolean, batching = SOON): Promise<void> {
  source = await createSource(inlet, { batching: { enabled, ...batching } });
  shop = await openSdkPage({ browser, pages, inlet: proxy.url.origin, source, variant: "snippet" });
  await shop.page.evaluate(`new Promise((resolve) => analytics.ready(resolve))`);
  if (batching === SOON) await readArchive(inlet, source.id, { atLeast: 1 });
}

/** Calls track in the page; resolves once the library has taken the calls in, whatever becomes of them. */
const track = (page: Page, ...names: string[]): Promise<unknown> =>
  page.evaluate(`Promise.all(${JSON.stringify(names)}.map((name) => analytics.track(name, { n: 1 }))).then(() => {})`);

/** Calls track, lets the first call that carries it meet `fault`, and resolves when it has. */
async function trackInto(fault: Fault, name: string): Promise<void> {
  proxy.add(fault);
  const before = proxy.calls().length;
  const called = shop.page.evaluate(`void analytics.track(${JSON.stringify(name)}, { n: 1 })`);
  await Promise.all([called, waitFor(`the ${fault.kind} call`, async () => proxy.calls().length > before)]);
}

/**
 * The track calls of these names are in the archive, each exactly once, and every further copy that reached Inlet is
 * recorded as its duplicate. Returns how often each reached Inlet.
 */
async function expectOnce(...names: string[]): Promise<number[]> {
  const tracks = await waitFor(`${names.join(", ")} in the archive`, async () => {
    const all = (await readArchive(inlet, source.id)).filter((event) => event.type === "track");
    return names.every((name) => all.some((event) => event["event"] === name)) && all;
  });
  expect(tracks.map((event) => event["event"]).toSorted()).toEqual(names.toSorted());
  for (const { messageId } of tracks) {
    await waitFor("every further copy to be recorded as a duplicate", async () => {
      const duplicates = await countDuplicates(inlet, source.id, messageId);
      return duplicates === proxy.deliveries(messageId) - 1;
    });
  }
  return tracks.map(({ messageId }) => proxy.deliveries(messageId));
}

describe.each([
  { strategy: "standard", enabled: false },
  { strategy: "batching", enabled: true },
])("analytics.js with $strategy delivery", ({ enabled }) => {
  it.each([
    { fault: { kind: "unavailable" }, status: 503 },
    { fault: { kind: "rate_limited", retryAfter: 1 }, status: 429 },
  ] as const)("sends again after $status, and each event is archived once", async ({ fault }) => {
    await openShop(enabled);
    await trackInto(fault, "First");
    await track(shop.page, "Second");
    expect(await expectOnce("First", "Second")).toEqual([1, 1]);

    const refused = proxy.calls().findIndex((call) => call.fault === fault.kind);
    const [first, ...later] = proxy.calls().slice(refused);
    expect(first?.headers).not.toHaveProperty("x-retry-count");
    expect(later.map(({ headers }) => headers["x-retry-count"])).toContain("1");
    const asked = proxy.preflights().map(({ headers }) => headers["access-control-request-headers"]);
    expect(asked).toContain("authorization,x-retry-count");
  });

  it("sends again when the answer is lost: one copy is archived, the others are recorded as duplicates", async () => {
    await openShop(enabled);
    await trackInto({ kind: "lose_answer" }, "Lost and found");
    await sentAgain("lose_answer");
    const [times] = await expectOnce("Lost and found");
    expect(times).toBeGreaterThan(1);
  });

  it("lets the page read how long to wait", async () => {
    await openShop(enabled);
    proxy.add({ kind: "rate_limited" });
    const read = `fetch("${proxy.url.origin}/v1/b", {
      method: "POST",
      headers: { authorization: "Basic eA==", "x-retry-count": "3" },
      body: "{}",
    }).then((answer) => [answer.status, answer.headers.get("retry-after"), answer.headers.get("x-ratelimit-reset")])`;
    expect(await shop.page.evaluate(read)).toEqual([429, "30", "30"]);
  });
});

/** Waits until an event of the call that met `fault` has reached Inlet a second time. */
const sentAgain = (fault: Fault["kind"]): Promise<true> =>
  waitFor("the event to be sent again", async () => {
    const id = proxy.calls().find((call) => call.fault === fault)?.ids[0];
    return id !== undefined && proxy.deliveries(id) > 1;
  });

describe("a tab that is closed mid-flight", () => {
  it("hands what waits in a batch to the browser, which delivers it after the page is gone", async () => {
    await openShop(true, NEVER_BY_ITSELF);
    await track(shop.page, "One", "Two");
    expect(proxy.calls()).toEqual([]);
    await shop.page.close();
    expect(await expectOnce("One", "Two")).toEqual([1, 1]);
  });

  it("hands it over when the visitor goes to another page, too", async () => {
    await openShop(true, NEVER_BY_ITSELF);
    await track(shop.page, "Last click");
    await shop.page.goto("about:blank");
    expect(await expectOnce("Last click")).toEqual([1]);
  });

  it("keeps a call that was refused until the next visit", async () => {
    await openShop(false);
    await trackInto({ kind: "rate_limited", retryAfter: 300 }, "Refused");
    await shop.page.reload();
    expect(await expectOnce("Refused")).toEqual([1]);
  });

  it("repeats on the next visit what got no answer, and it is archived once", async () => {
    await openShop(false);
    await trackInto({ kind: "hold_answer" }, "Unanswered");
    await shop.page.reload();
    await sentAgain("hold_answer");
    const [times] = await expectOnce("Unanswered");
    expect(times).toBeGreaterThan(1);
  });
});
