import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";
import { createSource, type TestSource } from "../support/test-source.ts";

/** What a hostile sender tries in every text that the console shows. */
const HOSTILE = [
  `<img src=x onerror="window.pwned=1">`,
  `</script><script>window.pwned=1</script>`,
  `"><svg onload=window.pwned=1>`,
  `javascript:window.pwned=1`,
] as const;

/** Runs in the page: whether any of it came alive. */
const COUNT_INJECTED = `({
  ran: "pwned" in globalThis,
  elements: document.querySelectorAll("#root img[src=x], #root [onerror], #root [onload], #root script").length,
})`;

let inlet: RunningInlet;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Script errors, refused resources and dialogs: none of them belongs on any screen. */
let complaints: string[];

beforeAll(async () => {
  [inlet, browser] = await Promise.all([startInlet(), launchChromium()]);
});
afterAll(() => Promise.all([inlet.stop(), browser.close()]));

beforeEach(async () => {
  complaints = [];
  context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/content security policy|refused to/i.test(message.text())) complaints.push(message.text());
  });
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

const at = (path: string): string => new URL(path, inlet.url).href;
const pathOf = (): string => new URL(page.url()).pathname;

async function signIn(path = "/"): Promise<void> {
  await page.goto(at(path));
  await page.getByLabel("Admin token").fill(inlet.adminToken);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

const panel = () => page.getByRole("complementary", { name: "The selected event" });

/** A source that the edge knows already, under a name that a test can look for. */
async function namedSource(name: string): Promise<TestSource> {
  const source = await createSource(inlet);
  await inlet.api("PATCH", `/api/sources/${source.id}`, { name });
  return source;
}

async function send({ writeKey }: TestSource, message: object): Promise<void> {
  const response = await fetch(at("/v1/batch"), {
    method: "POST",
    body: JSON.stringify({ writeKey, batch: [message] }),
  });
  expect(response.status).toBe(200);
}

describe("signing in", () => {
  it("says that a token is wrong and where the right one is printed", async () => {
    await page.goto(at("/"));
    await page.getByLabel("Admin token").fill("not the token");
    await page.keyboard.press("Enter");
    await page.getByText("This is not the admin token").waitFor();
    await page.getByText("npm start").waitFor();
  });

  it("goes on to the page that was asked for, and out again", async () => {
    await signIn("/workspace");
    expect(pathOf()).toBe("/workspace");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/sign-in/);
    await page.goto(at("/sources"));
    await page.waitForURL(/sign-in/);
  });

  it("leads nowhere outside the console", async () => {
    await signIn("/sign-in?to=//evil.example/");
    expect(page.url()).toBe(at("/"));
  });
});

describe("a new source", () => {
  it("is created, waits for its first event, and says when a test event has come", async () => {
    await signIn("/sources?new=1");
    await page.getByLabel("Name").fill("Web shop");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.waitForURL(/\/setup/);
    await page.getByText("Waiting for the first event…").waitFor();
    for (const form of ["Snippet", "npm", "Node", "Mobile", "curl", "Pixel", "Query string"]) {
      await page.getByRole("tab", { name: form, exact: true }).click();
      await page.getByRole("button", { name: "Send a test event" }).click();
      await page.getByText(/Received .*, accepted/).waitFor();
    }
    await page.getByRole("link", { name: "open it in the debugger" }).click();
    await panel().getByText("analytics.track").waitFor();
  });
});

describe("the debugger", () => {
  it("shows events as they arrive, refused ones with the reason in words", async () => {
    const source = await namedSource("Arrivals");
    await signIn(`/sources/${source.id}/debugger`);
    await page.getByText("Waiting for the first event").waitFor();
    await send(source, { type: "track", userId: "u1", event: "Order Completed", properties: { total: 9.5 } });
    await page.getByRole("option", { name: /accepted.*Order Completed/ }).waitFor();
    await send(source, { type: "track", userId: "u1" });
    await page.getByRole("option", { name: /refused.*A track call needs an event name/ }).waitFor();
  });

  it("rebuilds the call, keeps the exact payload, and finds where the event is stored", async () => {
    const source = await namedSource("Close up");
    await send(source, {
      type: "track",
      userId: "u1",
      event: "Order Completed",
      properties: { total: 9.5 },
      messageId: "m-1",
    });
    await signIn(`/sources/${source.id}/debugger`);
    await page.getByRole("option", { name: /Order Completed/ }).click();
    const code = panel().locator("pre");
    await code.getByText("analytics").waitFor();
    expect(await code.textContent()).toBe(
      'analytics.track({\n  userId: "u1",\n  event: "Order Completed",\n  properties: { total: 9.5 },\n});',
    );
    await page.getByRole("tab", { name: "Raw" }).click();
    await code.getByText(`"messageId"`).waitFor();
    expect(JSON.parse((await code.textContent()) ?? "")).toMatchObject({
      messageId: "m-1",
      properties: { total: 9.5 },
    });
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByText(/segment-logs\//).waitFor();
  });

  it("keeps filters and the selected event in the address", async () => {
    const source = await namedSource("Filters");
    await send(source, { type: "track", userId: "u1", event: "Kept" });
    await send(source, { type: "identify", userId: "u2" });
    await signIn(`/sources/${source.id}/debugger`);
    await page.getByRole("option", { name: /Kept/ }).waitFor();
    await page.getByRole("button", { name: "track", exact: true }).click();
    await page.getByRole("option", { name: /u2/ }).waitFor({ state: "detached" });
    await page.keyboard.press("j");
    await page.waitForURL(/type=track/);
    await page.waitForURL(/entry=\d+/);
    await page.reload();
    await panel().getByText("Kept").first().waitFor();
    expect(await page.getByRole("option").count()).toBe(1);
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.keyboard.type("nothing like it");
    await page.getByText("No event matches").waitFor();
  });

  it("moves nothing under the pointer: new events wait until they are asked for", async () => {
    const source = await namedSource("Stillness");
    await send(source, { type: "track", userId: "u1", event: "First" });
    await signIn(`/sources/${source.id}/debugger`);
    await page.getByRole("option", { name: /First/ }).hover();
    await page.mouse.move(700, 500);
    await send(source, { type: "track", userId: "u1", event: "Second" });
    const pill = page.getByRole("button", { name: "1 new event" });
    await pill.waitFor();
    expect(await page.getByRole("option").count()).toBe(1);
    await pill.click();
    await page.getByRole("option", { name: /Second/ }).waitFor();
  });

  it("can be paused, and then catches up", async () => {
    const source = await namedSource("Pause");
    await signIn(`/sources/${source.id}/debugger`);
    await page.getByText("Waiting for the first event").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused").waitFor();
    await send(source, { type: "track", userId: "u1", event: "Meanwhile" });
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("option", { name: /Meanwhile/ }).waitFor();
  });
});

describe("text from payloads", () => {
  it("stays text on every screen that shows it", async () => {
    const source = await namedSource(HOSTILE[0]);
    for (const text of HOSTILE) {
      const properties = { [text]: text, url: "https://evil.example/" };
      await send(source, { type: "track", event: text, userId: text, messageId: text.slice(0, 90), properties });
      await send(source, {
        type: "page",
        name: text,
        category: text,
        anonymousId: text,
        context: { library: { name: text } },
      });
      await send(source, { type: "identify", userId: text, traits: { [text]: text } });
      await send(source, { type: text, userId: text });
    }
    await fetch(at("/v1/track"), { method: "POST", body: `{"writeKey":"${source.writeKey}", ${HOSTILE[0]}` });
    await signIn(`/sources/${source.id}/debugger`);
    const rows = page.getByRole("option");
    await rows.nth(HOSTILE.length * 4).waitFor({ state: "attached" });
    for (const view of ["Pretty", "Raw", "Details"]) {
      await page.getByRole("option").first().click();
      await page.getByRole("tab", { name: view }).click();
      for (let row = 0; row < HOSTILE.length * 4; row++) await page.keyboard.press("j");
    }
    await panel().getByText(HOSTILE[0]).first().waitFor();
    for (const path of [
      `/sources/${source.id}/debugger?status=refused`,
      `/sources/${source.id}/setup`,
      `/sources/${source.id}/settings`,
      "/sources",
      "/",
    ]) {
      await page.goto(at(path));
      await page.getByText(HOSTILE[0]).first().waitFor();
      const injected = await page.evaluate(COUNT_INJECTED);
      expect(injected).toEqual({ ran: false, elements: 0 });
      expect(await page.locator(`a[href^="javascript:"], a[href*="evil.example"]`).count()).toBe(0);
    }
  });
});

describe("settings", () => {
  it("show a refusal at its field and keep what was typed", async () => {
    const source = await namedSource("Rules");
    await signIn(`/sources/${source.id}/settings`);
    const form = page.locator("form", { has: page.getByLabel("Window, in hours") });
    await form.getByLabel("Window, in hours").fill("3");
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText(/24/).first().waitFor();
    expect(await form.getByLabel("Window, in hours").inputValue()).toBe("3");
    await form.getByLabel("Window, in hours").fill("48");
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText("Saved.").waitFor();
    const { settings } = await inlet.api<{ settings: { dedupWindowHours: number } }>(
      "GET",
      `/api/sources/${source.id}/settings`,
    );
    expect(settings.dedupWindowHours).toBe(48);
  });

  it("delete a source only when its name is typed", async () => {
    const source = await namedSource("Doomed");
    await signIn(`/sources/${source.id}/settings`);
    await page.getByRole("button", { name: "Delete the source…" }).click();
    const confirm = page.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true });
    await page.getByLabel(/to confirm/).fill("doomed");
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/to confirm/).fill("Doomed");
    await confirm.click();
    await page.waitForURL((url) => url.pathname === "/sources");
    const { sources } = await inlet.api<{ sources: { name: string }[] }>("GET", "/api/sources");
    expect(sources.map((each) => each.name)).not.toContain("Doomed");
  });
});

describe("the console as a whole", () => {
  it("finds a message id in whichever source has it", async () => {
    const source = await namedSource("Haystack");
    await send(source, { type: "track", userId: "u1", event: "Needle", messageId: "needle-message-1" });
    await signIn("/");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("A page, a source, or a message id").fill("needle-message-1");
    await page.getByRole("option", { name: /in Haystack/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/message\?id=needle-message-1/);
    await page.getByText("It came once.").waitFor();
  });

  it("says that a page does not exist, and that a source does not", async () => {
    await signIn("/");
    await page.goto(at("/nowhere"));
    await page.getByText("There is no such page").waitFor();
    await page.goto(at("/sources/none/settings"));
    await page.getByText("There is no such page").waitFor();
  });

  it("follows the system's dark mode and fits a phone", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn("/sources");
    await page.getByRole("link", { name: "Demo shop" }).first().waitFor();
    expect(await page.evaluate("document.documentElement.dataset.mode")).toBe("dark");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.getByRole("button", { name: "Open the menu" }).click();
    const menu = page.getByRole("navigation", { name: "Console" });
    await menu.getByRole("link", { name: "Workspace" }).click();
    await page.waitForURL(/\/workspace/);
    await menu.waitFor({ state: "hidden" });
  });
});
