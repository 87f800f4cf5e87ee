// Health, Alerts and Cost as an operator uses them: on a first day, with a destination that fails, as a viewer, on a phone.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";

const HOSTILE = `Hook "'><img src=x data-xss onerror=window.xss=1><script data-xss></script>`;

const visit = visitConsole();
let broken: HookServer;
let told: HookServer;

beforeAll(async () => {
  [broken, told] = await Promise.all([startHookServer(), startHookServer()]);
  broken.answer = (_, response) => void response.writeHead(404).end();
});
afterAll(() => Promise.all([broken.stop(), told.stop()]));

const post = <T>(path: string, body: object): Promise<T> => visit.inlet.api<T>("POST", `/api${path}`, body);
const text = (): Promise<string> => visit.page.evaluate<string>("document.querySelector('main').innerText");
const dollarsIn = (words: string): number => Number(/\$([\d.,]+)/.exec(words)?.[1]?.replaceAll(",", ""));
/** What hostile names have become, if they became anything. */
const MADE = `document.querySelectorAll("[data-xss], [onerror]").length + ("xss" in window ? 1 : 0)`;

/** A destination under a hostile name that has refused an event. */
async function failingDestination(): Promise<string> {
  const source = await visit.namedSource(HOSTILE);
  const about = { sourceId: source.id, metadataId: "webhook", name: HOSTILE, settings: { url: broken.url } };
  const { destination } = await post<{ destination: { id: string } }>("/destinations", about);
  await visit.send(source, { type: "track", userId: "u1", event: "Refused" });
  await waitFor("the failure to be found", async () => {
    const { health } = await visit.inlet.api<{ health: { findings: unknown[] } }>("GET", "/api/workspace/health");
    return health.findings.length > 0;
  });
  return destination.id;
}

describe("on a first day", () => {
  it("each page says what will be there, and nothing is wrong", async () => {
    const { page } = visit;
    await visit.signIn("/health");
    await page.getByText(/^All is well\. Looked at 1 source \(1 shard\) and 0 destinations/).waitFor();
    await page.getByText("Nothing waits longer than it should").waitFor();
    await page.getByText("There are no destinations yet.").waitFor();
    await page.getByRole("link", { name: "Alerts", exact: true }).click();
    await page.getByText("Nobody is told of anything yet.").waitFor();
    expect(await page.getByRole("button", { name: "New alert" }).count()).toBe(1);
    await page.getByRole("link", { name: "Cost", exact: true }).click();
    await page.getByText(/^\$0 so far in .* An estimate from counted operations, at list prices of \d{4}-/).waitFor();
    await page.getByText("Nothing was used this month.").waitFor();
  });

  it("a page that cannot be loaded says so, and is there at the next try", async () => {
    const { page } = visit;
    const refusal = JSON.stringify({ errors: [{ type: "forbidden", message: "Not now." }] });
    await page.route("**/api/workspace/cost", (route) => route.fulfill({ status: 403, body: refusal }));
    await visit.signIn("/cost");
    await page.getByRole("alert").getByText("The costs could not be added up.").waitFor();
    await page.getByText("Not now.").waitFor();
    await page.unroute("**/api/workspace/cost");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(/^\$0 so far in /).waitFor();
  });
});

describe("with a destination that fails", () => {
  let destinationId: string;
  beforeAll(async () => {
    destinationId = await failingDestination();
  });

  it("Health names it, says what to do, and leads there", async () => {
    const { page } = visit;
    await visit.signIn("/");
    await page.getByRole("region", { name: "How it runs" }).getByText("Warning", { exact: true }).waitFor();
    await page.getByRole("region", { name: "How it runs" }).getByRole("link", { name: "Health" }).click();
    const finding = page.getByRole("list", { name: "Findings" }).getByRole("listitem").filter({ hasText: HOSTILE });
    await finding.getByText("Warning", { exact: true }).waitFor();
    await finding.getByText(/1 delivery was given up within the last day \(100 %\)\. 404: /).waitFor();
    await finding.getByText(/What to do: Put the cause right, then send the dead letters again\./).waitFor();
    const waiting = page.getByRole("region", { name: "Waiting for destinations" });
    await waiting.getByText("0 delivered, 1 given up").waitFor();
    expect(await page.evaluate(MADE)).toBe(0);
    await page.getByRole("button", { name: "Look again" }).focus();
    const answer = page.waitForResponse((response) => response.url().endsWith("/api/workspace/health"));
    await page.keyboard.press("Enter");
    await answer;
    await finding.getByRole("link", { name: "send the dead letters again" }).click();
    await page.waitForURL(visit.at(`/destinations/${destinationId}/dead-letters`));
  });

  it("an alert is made by keyboard alone, fires, tells its channel, and is seen with its state", async () => {
    const { page } = visit;
    await visit.signIn("/alerts");
    await page.getByRole("button", { name: "New alert" }).press("Enter");
    const form = page.getByRole("form", { name: "New alert" });
    await form.getByRole("button", { name: "Add the alert" }).press("Enter");
    await form.getByText("Must not be empty").nth(1).waitFor();
    await form.getByLabel("Name").focus();
    await page.keyboard.type(HOSTILE);
    // Only the address is still missing.
    await expect.poll(() => form.getByText("Must not be empty").count()).toBe(1);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    // The browser's own lists choose by the first letters of a line.
    await page.keyboard.type("Critical, or");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Webhook");
    await page.keyboard.press("Tab");
    await page.keyboard.type(`${told.url}/secret-path`);
    await page.keyboard.press("Enter");
    const card = page.getByRole("article").filter({ hasText: HOSTILE });
    await card.getByText("Firing", { exact: true }).waitFor();
    await card.getByRole("paragraph").filter({ hasText: "was given up within the last day" }).waitFor();
    await card.getByText(`Tells the webhook at ${new URL(told.url).host}, not signed.`).waitFor();
    await page.getByText("The alert is firing. It is looked at every five minutes.").waitFor();
    await waitFor("the channel to be told", () => Promise.resolve(told.requests.length > 0));
    const { path, body } = told.requests[0]!;
    expect(path).toBe("/secret-path");
    expect(JSON.parse(body)).toMatchObject({ status: "firing", alert: { name: HOSTILE }, link: visit.at("/health") });
    expect(await text()).not.toContain("secret-path");
    expect(await page.evaluate(MADE)).toBe(0);
  });

  it("a test of an alert says what came back, and what was told stays in sight", async () => {
    const { page } = visit;
    told.answer = (_, response) => void response.writeHead(503).end();
    await visit.signIn("/alerts");
    const card = page.getByRole("article").filter({ hasText: HOSTILE });
    await card.getByRole("button", { name: "Send a test" }).click();
    await card.getByText("The test did not arrive. It answered 503.").waitFor();
    await card.getByText("What was told").click();
    await card.getByText("Given up after 1 attempt. It answered 503.").waitFor();
    await card.getByText("Began", { exact: true }).waitFor();
    await card.getByRole("button", { name: "Turn off" }).click();
    await card.getByText("Off", { exact: true }).waitFor();
    await page.getByText(/^The alert is not firing, .*1 is off\./).waitFor();
  });

  it("Cost adds up to its parts, and takes a budget", async () => {
    const { page } = visit;
    const { cost } = await visit.inlet.api<{ cost: { soFar: number; rows: { soFar: number }[] } }>(
      "GET",
      "/api/workspace/cost",
    );
    expect(cost.rows.reduce((sum, row) => sum + row.soFar, 0)).toBeCloseTo(cost.soFar, 9);
    await visit.signIn("/cost");
    const parts = page.getByRole("region", { name: "By source and destination" });
    const cards = parts.getByRole("article");
    await cards.first().waitFor();
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
    let all = 0;
    for (const card of await cards.all()) {
      const lines = await card.locator("tbody td:last-child").allTextContents();
      if (lines.length === 0) continue;
      const together = dollarsIn(await card.locator("tfoot td").innerText());
      const sum = lines.filter((line) => !line.startsWith("<")).reduce((total, line) => total + dollarsIn(line), 0);
      // Each line is rounded to a millionth.
      expect(Math.abs(sum - together)).toBeLessThan(1.5e-6 * lines.length);
      all += together;
    }
    const together = dollarsIn(await parts.getByText(/^Together .* so far$/).innerText());
    expect(together).toBeGreaterThan(0);
    expect(Math.abs(all - together)).toBeLessThan(1e-5);
    expect(await page.evaluate(MADE)).toBe(0);
    await page.getByLabel("Dollars a month").fill("a lot");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("An amount such as 25 or 12.50.").waitFor();
    await page.getByLabel("Dollars a month").fill("$ 25");
    await page.keyboard.press("Enter");
    await page.getByText("The saved budget of $25.00: too early to say whether this month stays below it.").waitFor();
    await page.getByLabel("Dollars a month").fill("25,0");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByLabel("Dollars a month").inputValue()).toBe("25");
    expect(await page.getByRole("button", { name: "Undo" }).count()).toBe(0);
  });

  it("a viewer sees the three pages, and changes nothing", async () => {
    const { page } = visit;
    const { token } = await post<{ token: { secret: string } }>("/tokens", { name: "colleague", role: "viewer" });
    await page.goto(visit.at("/health"));
    await page.getByLabel("Admin token").fill(token.secret);
    await page.keyboard.press("Enter");
    await page.getByRole("list", { name: "Findings" }).getByText("What to do:").first().waitFor();
    await page.getByRole("button", { name: "Look again" }).waitFor();
    const signOut = await page.getByRole("button", { name: "Sign out" }).boundingBox();
    expect(signOut!.x + signOut!.width).toBeLessThanOrEqual(260);
    expect(signOut!.y + signOut!.height).toBeLessThanOrEqual(860);
    await page.goto(visit.at("/alerts?edit=new"));
    const card = page.getByRole("article").filter({ hasText: HOSTILE });
    await card.getByText("Off", { exact: true }).waitFor();
    expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
    expect(await page.getByRole("form").count()).toBe(0);
    await page.goto(visit.at("/cost"));
    await page.getByText("$25.00 a month.").waitFor();
    expect(await page.getByRole("main").getByRole("textbox").count()).toBe(0);
    expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
  });

  it("the pages fit a phone, in the dark", async () => {
    const { page } = visit;
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 844 });
    await visit.signIn("/health");
    for (const [at, sign] of [
      ["/health", "Look again"],
      ["/alerts", "New alert"],
      ["/alerts?edit=new", "Add the alert"],
      ["/cost", "Save"],
    ] as const) {
      await page.goto(visit.at(at));
      await page.getByRole("button", { name: sign, exact: true }).waitFor();
      await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      expect(
        await page.evaluate(`(() => {
          const content = document.querySelector("#content");
          const pixel = document.createElement("canvas").getContext("2d");
          pixel.fillStyle = getComputedStyle(document.body).backgroundColor;
          pixel.fillRect(0, 0, 1, 1);
          const dark = Math.max(...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)) < 50;
          return { mode: document.documentElement.dataset.mode, dark,
            page: document.documentElement.scrollWidth, content: content.scrollWidth };
        })()`),
        at,
      ).toEqual({ mode: "dark", dark: true, page: 390, content: 390 });
    }
  });
});
