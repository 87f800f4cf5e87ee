import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readArchive, type ArchivedEvent } from "../support/archive.ts";
import { launchChromium } from "../support/chromium.ts";
import { startPageServer, type PageServer } from "../support/page-server.ts";
import { openSdkPage, type SdkPage, type SdkPageOptions } from "../support/sdk-page.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource, type TestSource } from "../support/test-source.ts";

const PREFIX = "/k3x9";
let inlet: RunningInlet;
let browser: Browser;
let pages: PageServer;
let shop: SdkPage;

beforeAll(async () => {
  [inlet, browser, pages] = await Promise.all([
    startInlet({ INLET_PATH_PREFIX: PREFIX }),
    launchChromium(),
    startPageServer(),
  ]);
});
afterAll(() => Promise.all([inlet.stop(), browser.close(), pages.stop()]));
afterEach(() => shop.close());

type Wishes = Partial<Pick<SdkPageOptions, "search" | "load" | "near">> & { readonly prefix?: string };

async function openShop(source: TestSource, { prefix = "", ...wishes }: Wishes): Promise<void> {
  const variant = "snippet";
  shop = await openSdkPage({ browser, pages, inlet: inlet.url.origin + prefix, source, variant, ...wishes });
}

/** Calls track, whether or not the library has loaded: the snippet keeps calls until then. */
const track = (page: Page, name: string): Promise<unknown> =>
  page.evaluate(`void analytics.track(${JSON.stringify(name)})`);

/** `METHOD /path` of everything the page asked of Inlet; anything asked of a third host fails. */
function askedOfInlet(): string[] {
  const asked = shop.requests.map((request) => ({ method: request.method(), url: new URL(request.url()) }));
  for (const { url } of asked) expect([inlet.url.origin, pages.origin]).toContain(url.origin);
  return asked
    .filter(({ url }) => url.origin === inlet.url.origin)
    .map(({ method, url }) => `${method} ${url.pathname}`);
}

/** What the query string did, in the order of the one batch it was sent in. */
const callsOf = (events: readonly ArchivedEvent[]): unknown[] =>
  events.map(({ type, event, userId, anonymousId, traits, properties }) =>
    type === "identify"
      ? { type, userId, anonymousId, traits }
      : type === "track"
        ? { type, event, userId, anonymousId, properties }
        : { type, userId, anonymousId },
  );

describe("the hosted snippet", () => {
  it("takes library, settings, chunks and calls from our host only", async () => {
    const source = await createSource(inlet);
    await openShop(source, { search: "?ajs_event=Landed" });
    await track(shop.page, "Clicked");
    const events = await readArchive(inlet, source.id, { atLeast: 3 });
    expect(events.map(({ type, event }) => event ?? type).toSorted()).toEqual(["Clicked", "Landed", "page"]);
    const asked = askedOfInlet();
    expect(asked.slice(0, 3)).toEqual([
      `GET /analytics.js/v1/${source.writeKey}/analytics.min.js`,
      `GET /v1/projects/${source.writeKey}/settings`,
      expect.stringMatching(/^GET \/analytics-next\/bundles\/queryString\.bundle\.[0-9a-f]{20}\.js$/),
    ]);
    expect(new Set(asked.slice(3))).toEqual(new Set(["POST /v1/b"]));
  });

  it("does all of it under the path prefix, on paths that block lists do not know", async () => {
    const source = await createSource(inlet);
    await openShop(source, { prefix: PREFIX, search: "?ajs_event=Landed" });
    await track(shop.page, "Clicked");
    const events = await readArchive(inlet, source.id, { atLeast: 3 });
    expect(events.map(({ type, event }) => event ?? type).toSorted()).toEqual(["Clicked", "Landed", "page"]);
    const asked = askedOfInlet();
    expect(asked.slice(0, 3)).toEqual([
      `GET ${PREFIX}/js/${source.writeKey}.js`,
      `GET ${PREFIX}/js/${source.writeKey}.json`,
      expect.stringMatching(new RegExp(`^GET ${PREFIX}/js/c/queryString\\.bundle\\.[0-9a-f]{20}\\.js$`)),
    ]);
    expect(new Set(asked.slice(3))).toEqual(new Set([`POST ${PREFIX}/v1/b`]));
  });

  it("sends with credentials where the page asks for them", async () => {
    const source = await createSource(inlet);
    const deliveryStrategy = { config: { credentials: "include" } };
    await openShop(source, { load: { integrations: { "Segment.io": { deliveryStrategy } } } });
    const [event] = await readArchive(inlet, source.id, { atLeast: 1 });
    expect(event?.type).toBe("page");
    const answer = await shop.requests.find((request) => request.method() === "POST")!.response();
    expect(answer?.status()).toBe(200);
    expect(await answer?.allHeaders()).toMatchObject({
      "access-control-allow-origin": pages.origin,
      "access-control-allow-credentials": "true",
    });
  });
});

describe("the query string", () => {
  it("sets the anonymous id, identifies and tracks, in this order and before the page's own calls", async () => {
    const source = await createSource(inlet);
    const search =
      "?ajs_aid=aid-1&ajs_uid=user+1&ajs_event=Clicked%20Email&ajs_prop_campaign=spring+sale&ajs_prop_n=7" +
      "&ajs_trait_name=K%C3%B6ln&ajs_trait_plan=pro&other=1";
    await openShop(source, { search });
    const events = await readArchive(inlet, source.id, { atLeast: 3 });
    expect(callsOf(events)).toEqual([
      { type: "identify", userId: "user 1", anonymousId: "aid-1", traits: { name: "Köln", plan: "pro" } },
      {
        type: "track",
        event: "Clicked Email",
        userId: "user 1",
        anonymousId: "aid-1",
        properties: { campaign: "spring sale", n: "7" },
      },
      { type: "page", userId: "user 1", anonymousId: "aid-1" },
    ]);
  });

  it("does nothing for properties and traits alone", async () => {
    const source = await createSource(inlet);
    await openShop(source, { search: "?ajs_prop_a=1&ajs_trait_b=2" });
    const events = await readArchive(inlet, source.id, { atLeast: 1 });
    expect(events.map(({ type }) => type)).toEqual(["page"]);
  });
});

describe("the server's cookie", () => {
  it("gives a visitor who lost the page's own storage the same anonymous id again", async () => {
    const source = await createSource(inlet, { serverCookie: true });
    // Another port of the same site: cookies of the collector are first-party there.
    await openShop(source, { near: true });
    const [first] = await readArchive(inlet, source.id, { atLeast: 1 });
    const kept = (await shop.context.cookies()).find(({ name }) => name === "inlet_aid");
    expect(kept).toMatchObject({ value: first!["anonymousId"], httpOnly: true, sameSite: "Lax" });

    await shop.page.evaluate("localStorage.clear()");
    for (const name of ["ajs_anonymous_id", "ajs_user_id"]) await shop.context.clearCookies({ name });
    await shop.page.reload();
    const visits = await readArchive(inlet, source.id, { atLeast: 2 });
    expect(visits.map(({ anonymousId }) => anonymousId)).toEqual([first!["anonymousId"], first!["anonymousId"]]);
  });
});
