// What events and people write is text on every screen: nothing of it becomes an element or runs, and the page's policy
// (which refuses inline styles and scripts, and text as markup) is never even touched.
import { afterAll, beforeAll, expect, it } from "vitest";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { waitFor } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";
import { ROOT } from "../support/sources.ts";
import type { TestSource } from "../support/test-source.ts";

const HOSTILE = `"'><img src=x data-xss onerror=window.xss=1><script data-xss>window.xss=1</script>`;
const MESSAGE_ID = `m"><img src=x data-xss>`;

const visit = visitConsole();
let hook: HookServer;

beforeAll(async () => {
  hook = await startHookServer();
  hook.answer = (_, response) => {
    response.statusCode = 400;
    response.setHeader("content-type", "text/html");
    response.end(HOSTILE);
  };
});
afterAll(() => hook.stop());

const event = (messageId: string, more: object = {}) => ({
  type: "track",
  userId: HOSTILE,
  event: HOSTILE,
  messageId,
  properties: { [HOSTILE]: HOSTILE, list: [HOSTILE], url: "javascript:window.xss=1" },
  context: { page: { title: HOSTILE, url: `javascript:window.xss=1//${HOSTILE}` }, library: { name: HOSTILE } },
  ...more,
});

const post = async <T>(at: string, body: unknown): Promise<T> => visit.inlet.api<T>("POST", `/api${at}`, body);
type Made<K extends string> = Record<K, { readonly id: string }>;

interface Planted {
  readonly source: TestSource;
  readonly destination: string;
  readonly subscription: string;
  readonly filter: string;
  readonly warehouse: string;
  readonly replay: string;
}

/** A workspace in which every name and every text that somebody may write is hostile. */
async function plant(): Promise<Planted> {
  const { inlet } = visit;
  const source = await visit.namedSource(HOSTILE);
  const about = { metadataId: "webhook", name: HOSTILE, settings: { url: `${hook.url}/?q=${HOSTILE}` } };
  const { destination } = await post<Made<"destination">>("/destinations", { ...about, sourceIds: [source.id] });
  const subscriptions = `/api/destinations/${destination.id}/subscriptions`;
  const listed = await inlet.api<{ subscriptions: { id: string }[] }>("GET", subscriptions);
  const subscription = listed.subscriptions[0]?.id ?? "";
  await inlet.api("PATCH", `${subscriptions}/${subscription}`, { name: HOSTILE });
  const { filter } = await post<Made<"filter">>(`/destination/${destination.id}/filters`, {
    sourceId: source.id,
    title: HOSTILE.slice(0, 64),
    description: HOSTILE,
    if: 'event = "<img src=x data-xss onerror=window.xss=1>"',
    actions: [{ type: "DROP" }],
  });
  const { warehouse } = await post<Made<"warehouse">>("/warehouses", {
    metadataId: "clickhouse",
    name: HOSTILE,
    settings: { url: "http://127.0.0.1:9/", username: "u", password: "p" },
  });
  await post("/tokens", { name: HOSTILE });
  await post("/alerts", {
    name: HOSTILE,
    rule: { type: "source_volume", sourceId: source.id, deviationPercent: 50 },
    channel: { kind: "webhook", url: hook.url },
  });
  await inlet.api("PATCH", "/api/", { name: HOSTILE });
  await post(`/sources/${source.id}/labels`, { labels: [{ key: "environment", value: HOSTILE.slice(0, 60) }] });
  await visit.send(source, event(MESSAGE_ID));
  await visit.send(source, event("second", { event: "Order", properties: { total: 1 } }));
  await visit.send(source, event("third", { event: "Order", properties: { total: HOSTILE } }));
  await visit.send(source, { ...event("refused"), type: HOSTILE });
  await waitFor("the deliveries to be given up", async () => {
    const at = `/api/destinations/${destination.id}/dead-letters`;
    return (await inlet.api<{ deadLetters: unknown[] }>("GET", at)).deadLetters.length > 0;
  });
  await post(`/warehouses/${warehouse.id}/connected-sources/${source.id}`, {});
  await post(`/sources/${source.id}/exports/run`, {});
  await waitFor("the tables", async () => {
    const at = `/api/sources/${source.id}/exports/tables`;
    return (await inlet.api<{ tables: unknown[] }>("GET", at)).tables.length > 1;
  });
  const { replay } = await post<Made<"replay">>("/replays", {
    name: HOSTILE,
    sourceId: source.id,
    destinationIds: [destination.id],
    startTime: new Date(Date.now() - 3_600_000).toISOString(),
    endTime: new Date().toISOString(),
  });
  return {
    source,
    destination: destination.id,
    subscription,
    filter: filter.id,
    warehouse: warehouse.id,
    replay: replay.id,
  };
}

/** Every path that the console's router has, with what is planted in place of the parameters. */
function screens(planted: Planted): ReadonlyMap<string, string> {
  const src = `/sources/${planted.source.id}`;
  const dst = `/destinations/${planted.destination}`;
  const q = encodeURIComponent(HOSTILE);
  return new Map([
    ["/sign-in", `/sign-in?to=${q}`],
    ["/", "/"],
    ["/sources", `/sources?new=${q}`],
    ["/sources/$sourceId", src],
    ["setup", `${src}/setup?form=${q}`],
    ["debugger", `${src}/debugger?entry=1&view=${q}`],
    ["message", `${src}/message?id=${encodeURIComponent(MESSAGE_ID)}`],
    ["archive", `${src}/archive?q=${q}&event=${q}`],
    ["exports", `${src}/exports?view=query&base=${q}`],
    ["settings", `${src}/settings`],
    ["/trace/$messageId", `/trace/${encodeURIComponent(MESSAGE_ID)}?sourceId=${planted.source.id}`],
    ["/workspace", "/workspace"],
    ["/health", "/health"],
    ["/cost", "/cost"],
    ["/alerts", "/alerts"],
    ["/destinations", "/destinations"],
    ["/catalog", `/catalog?q=${q}`],
    ["/catalog/$kindId", "/catalog/webhook"],
    ["/destinations/new", `/destinations/new?source=${q}`],
    ["/destinations/$destinationId", dst],
    ["delivery", `${dst}/delivery?range=24h&error=${q}`],
    ["mappings", `${dst}/mappings`],
    ["mappings/new", `${dst}/mappings/new?action=send&event=${q}`],
    ["mappings/$subscriptionId", `${dst}/mappings/${planted.subscription}?source=${planted.source.id}`],
    ["dead-letters", `${dst}/dead-letters?reason=${q}`],
    ["filters", `${dst}/filters`],
    ["filters/new", `${dst}/filters/new?event=${q}`],
    ["filters/$filterId", `${dst}/filters/${planted.filter}`],
    ["test", `${dst}/test?event=${q}`],
    ["/warehouses", "/warehouses"],
    ["/warehouses/new", `/warehouses/new?kind=${q}`],
    ["/warehouses/$warehouseId", `/warehouses/${planted.warehouse}`],
    ["/replays", `/replays?source=${q}`],
    ["/replays/new", `/replays/new?source=${planted.source.id}&like=${planted.replay}`],
    ["/replays/$replayId", `/replays/${planted.replay}`],
  ]);
}

const routed = (): string[] =>
  ["router.tsx", ...readdirSync(path.join(ROOT, "dashboard/routes")).map((file) => `routes/${file}`)].flatMap(
    (file) => {
      const text = readFileSync(path.join(ROOT, "dashboard", file), "utf8");
      return [...text.matchAll(/^\s+path: "([^"]+)"/gm)].map(([, at]) => at ?? "");
    },
  );

/** Resolves once the page has not changed for a moment: its data has come. */
const SETTLED = `new Promise((resolve) => {
  let timer = setTimeout(resolve, 300);
  const again = () => { clearTimeout(timer); timer = setTimeout(resolve, 150); };
  new MutationObserver(again).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  setTimeout(resolve, 3000);
})`;

it("shows hostile text as text on every screen, and breaks no rule of the page's policy", async () => {
  const { page } = visit;
  const planted = await plant();
  const known = screens(planted);
  expect([...new Set(routed())].filter((at) => !known.has(at))).toEqual([]);
  await visit.signIn("/");
  const src = `/sources/${planted.source.id}`;
  const more = [
    `${src}/debugger?status=refused`,
    `${src}/exports`,
    `${src}/exports?view=history`,
    `${src}/archive`,
    `/destinations/${planted.destination}/dead-letters`,
    `/destinations/${planted.destination}/delivery`,
  ];
  const shown: string[] = [];
  for (const at of [...known.values(), ...more]) {
    await page.evaluate(
      `history.pushState({}, "", ${JSON.stringify(at)}); dispatchEvent(new PopStateEvent("popstate")); ${SETTLED}`,
    );
    const found = await page.evaluate<{ made: number; ran: boolean; title: string; text: string }>(
      `({ made: document.querySelectorAll("[data-xss], [onerror], a[href^='javascript:' i], iframe, object, embed, base").length,
          ran: "xss" in window, title: document.title, text: document.body.innerText })`,
    );
    const { text, ...rest } = found;
    expect({ at, ...rest }).toEqual({ at, made: 0, ran: false, title: expect.stringContaining("Inlet") as string });
    if (text.includes("<img src=x data-xss")) shown.push(at);
  }
  // It is really there to be seen, and not only cut away.
  expect(shown.length).toBeGreaterThan(20);
});

it("serves static files as what they are, in nobody's frame, and hashed ones for good", async () => {
  const page = await (await fetch(visit.at("/"))).text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "";
  const head = async (at: string) => {
    const response = await fetch(visit.at(at));
    await response.body?.cancel();
    return response;
  };
  for (const at of [script, "/favicon.svg", "/catalogue/index.json", "/demo-shop/shop.js", "/index.html", "/"]) {
    const { status, headers } = await head(at);
    expect([at, status]).toEqual([at, 200]);
    expect(headers.get("x-content-type-options"), at).toBe("nosniff");
    expect(headers.get("referrer-policy"), at).toBe("same-origin");
    expect(headers.get("content-security-policy"), at).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy"), at).not.toContain("unsafe");
    expect(headers.has("access-control-allow-origin"), at).toBe(false);
  }
  expect((await head(script)).headers.get("cache-control")).toContain("immutable");
  expect((await head("/")).headers.get("cache-control")).toBe("no-cache");
  const library = await head("/analytics-next/standalone.js");
  expect(library.headers.get("access-control-allow-origin")).toBe("*");
  expect((await head("/index.html")).headers.get("content-security-policy")).toContain("sandbox");
});

it("lets a viewer look, without what only owners may do", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Looked at");
  const { token } = await post<{ token: { secret: string } }>("/tokens", { name: "colleague", role: "viewer" });
  await page.goto(visit.at("/sources"));
  await page.getByLabel("Admin token").fill(token.secret);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Looked at" }).waitFor();
  await page.getByText("Signed in as a viewer").waitFor();
  expect(await page.getByRole("button", { name: "Create a source" }).count()).toBe(0);
  await page.goto(visit.at(`/sources/${source.id}/settings`));
  const remove = page.getByRole("button", { name: "Delete the source…" });
  await remove.waitFor();
  expect(await remove.isDisabled()).toBe(true);
  expect(await page.getByRole("button", { name: "Save" }).count()).toBe(0);
  const name = page.getByLabel("Name", { exact: true });
  expect(await name.isDisabled()).toBe(true);
  const ground = (of: typeof name): Promise<string> =>
    of.evaluate((box) => {
      const window = globalThis as unknown as { getComputedStyle(of: unknown): { backgroundColor: string } };
      return window.getComputedStyle(box).backgroundColor;
    });
  expect(await ground(name)).not.toBe(await ground(page.locator("section > div").filter({ has: name }).last()));
  expect(await page.getByRole("link", { name: "Send its history again" }).count()).toBe(0);
  for (const [at, heading, entrance] of [
    ["/replays", "Replays", "Prepare a replay"],
    ["/warehouses", "Warehouses", "Add a warehouse"],
    ["/destinations", "Destinations", "Add a destination"],
  ] as const) {
    await page.goto(visit.at(at), { waitUntil: "networkidle" });
    await page.getByRole("heading", { name: heading, exact: true }).waitFor();
    expect(await page.getByRole("button", { name: entrance }).count()).toBe(0);
  }
  for (const at of ["/replays/new", "/warehouses/new", "/catalog/webhook"]) {
    await page.goto(visit.at(at));
    await page.getByText("An owner of this workspace can do this.").waitFor();
    expect(await page.getByRole("main").getByRole("textbox").count()).toBe(0);
  }
});
