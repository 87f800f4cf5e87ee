import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { launchChromium } from "./chromium.ts";
import { startInlet, type RunningInlet } from "./server.ts";
import { createSource, type TestSource } from "./test-source.ts";

/** A person at the console: one Inlet for the file, one fresh browser profile for each test. */
export interface ConsoleVisit {
  readonly inlet: RunningInlet;
  readonly page: Page;
  at(path: string): string;
  /** Opens `path`, is sent to the sign-in page, and signs in. */
  signIn(path?: string): Promise<void>;
  /** The debugger's side panel. */
  panel(): Locator;
  /** A source that the edge knows already, under a name that a test can look for. */
  namedSource(name: string): Promise<TestSource>;
  /** Sends one event as a server library does. */
  send(source: TestSource, message: object): Promise<void>;
}

/**
 * Registers the hooks of a test file and returns the visit, which lives during its tests. Script errors, dialogs and
 * resources that the policy refuses fail whichever test they come up in.
 */
export function visitConsole(): ConsoleVisit {
  let inlet: RunningInlet;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [inlet, browser] = await Promise.all([startInlet(), launchChromium()]);
  });
  afterAll(() => Promise.all([inlet.stop(), browser.close()]));
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
    await context.addInitScript(REPORT_VIOLATIONS);
    page = await context.newPage();
    complaints = collectComplaints(page);
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  const at = (path: string): string => new URL(path, inlet.url).href;
  return {
    get inlet() {
      return inlet;
    },
    get page() {
      return page;
    },
    at,
    async signIn(path = "/") {
      await page.goto(at(path));
      await page.getByLabel("Admin token").fill(inlet.adminToken);
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.pathname !== "/sign-in");
    },
    panel: () => page.getByRole("complementary", { name: "The selected event" }),
    async namedSource(name) {
      const source = await createSource(inlet);
      await inlet.api("PATCH", `/api/sources/${source.id}`, { name });
      return source;
    },
    async send({ writeKey }, message) {
      const body = JSON.stringify({ writeKey, batch: [message] });
      const response = await fetch(at("/v1/batch"), { method: "POST", body });
      expect(response.status).toBe(200);
    },
  };
}

/** The browser tells a page what its policy stopped; not every such thing reaches the console by itself. */
const REPORT_VIOLATIONS = `document.addEventListener("securitypolicyviolation", (event) =>
  console.error("content security policy: " + event.effectiveDirective + " " + event.blockedURI + " " + event.sample))`;

function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/content security policy|refused to/i.test(message.text())) complaints.push(message.text());
  });
  return complaints;
}
