import { describe, expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";
import { startHookServer } from "../support/hook-server.ts";

const visit = visitConsole();

describe("signing in", () => {
  it("says that a token is wrong and where the right one is printed", async () => {
    await visit.page.goto(visit.at("/"));
    await visit.page.getByLabel("Admin token").fill("not the token");
    await visit.page.keyboard.press("Enter");
    await visit.page.getByText("This is neither the admin token nor an API token").waitFor();
    await visit.page.getByText("npm start").waitFor();
  });

  it("goes on to the page that was asked for, and out again", async () => {
    await visit.signIn("/workspace");
    expect(new URL(visit.page.url()).pathname).toBe("/workspace");
    await visit.page.getByRole("button", { name: "Sign out" }).click();
    await visit.page.waitForURL(/sign-in/);
    await visit.page.goto(visit.at("/sources"));
    await visit.page.waitForURL(/sign-in/);
  });

  it("leads nowhere outside the console", async () => {
    await visit.signIn("/sign-in?to=//evil.example/");
    expect(visit.page.url()).toBe(visit.at("/"));
  });
});

describe("a new source", () => {
  it("is created, waits for its first event, and says when a test event has come", async () => {
    await visit.signIn("/sources?new=1");
    await visit.page.getByLabel("Name").fill("Web shop");
    await visit.page.getByRole("button", { name: "Create", exact: true }).click();
    await visit.page.waitForURL(/\/setup/);
    await visit.page.getByText("Waiting for the first event…").waitFor();
    await visit.page.locator("h1:focus", { hasText: "Setup" }).waitFor();
    for (const form of ["Snippet", "npm", "Node", "Mobile", "curl", "Pixel", "Query string"]) {
      await visit.page.getByRole("tab", { name: form, exact: true }).click();
      await visit.page.getByRole("button", { name: "Send a test event" }).click();
      await visit.page.getByText(/Received .*, accepted/).waitFor();
    }
    await visit.page.getByRole("link", { name: "open it in the debugger" }).click();
    await visit.panel().getByText("analytics.track").waitFor();
  });
});

describe("settings", () => {
  it("show a refusal at its field and keep what was typed", async () => {
    const source = await visit.namedSource("Rules");
    await visit.signIn(`/sources/${source.id}/settings`);
    const form = visit.page.locator("form", { has: visit.page.getByLabel("Window, in hours") });
    await form.getByLabel("Window, in hours").fill("3");
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText(/24/).first().waitFor();
    expect(await form.getByLabel("Window, in hours").inputValue()).toBe("3");
    await form.getByLabel("Window, in hours").fill("48");
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText("Saved.").waitFor();
    const { settings } = await visit.inlet.api<{ settings: { dedupWindowHours: number } }>(
      "GET",
      `/api/sources/${source.id}/settings`,
    );
    expect(settings.dedupWindowHours).toBe(48);
  });

  it("delete a source only when its name is typed", async () => {
    const source = await visit.namedSource("Doomed");
    await visit.signIn(`/sources/${source.id}/settings`);
    await visit.page.getByRole("button", { name: "Delete the source…" }).click();
    const confirm = visit.page.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true });
    await visit.page.getByLabel(/to confirm/).fill("doomed");
    expect(await confirm.isDisabled()).toBe(true);
    await visit.page.getByLabel(/to confirm/).fill("Doomed");
    await confirm.click();
    await visit.page.waitForURL((url) => url.pathname === "/sources");
    const { sources } = await visit.inlet.api<{ sources: { name: string }[] }>("GET", "/api/sources");
    expect(sources.map((each) => each.name)).not.toContain("Doomed");
  });
});

describe("a destination", () => {
  it("shows what was sent and answered when it failed, as text", async () => {
    const hook = await startHookServer();
    const answer = `<img src=x onerror=alert(1)> ${"no ".repeat(300)}enough`;
    hook.answer = (_, response) => void response.writeHead(400).end(answer);
    const source = await visit.namedSource("Hooked");
    const body = { sourceId: source.id, metadataId: "webhook", name: "Hook", settings: { url: hook.url } };
    const { destination } = await visit.inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
    await visit.send(source, { type: "track", userId: "u1", event: "<b>Refused</b>" });
    const path = `/destinations/${destination.id}`;
    await waitFor("the failure to be booked", async () => {
      type Report = { metrics: { errors: readonly unknown[] } };
      const { metrics } = await visit.inlet.api<Report>("GET", `/api${path}/delivery-metrics`);
      return metrics.errors.length > 0;
    });
    await visit.signIn(path);
    await visit.page.getByRole("region", { name: "What failed" }).getByRole("button", { name: /400/ }).click();
    expect(await visit.page.getByLabel("You sent", { exact: true }).textContent()).toContain("<b>Refused</b>");
    expect(await visit.page.getByLabel("Request", { exact: true }).textContent()).toContain(`POST ${hook.url}`);
    const response = visit.page.getByLabel("Response", { exact: true });
    expect(await response.textContent()).toMatch(/^400 [^]*\n<img src=x onerror=alert\(1\)>/);
    expect(await response.textContent()).not.toContain("enough");
    await visit.page.getByRole("button", { name: "Show all" }).click();
    expect(await response.textContent()).toContain("enough");
    await hook.stop();
  });
});

describe("the destinations", () => {
  it("are told of on the overview and in their list: what was given up, and where", async () => {
    const hook = await startHookServer();
    hook.answer = (_, response) => void response.writeHead(400).end();
    const source = await visit.namedSource("Overviewed");
    const body = { sourceId: source.id, metadataId: "webhook", name: "Overview hook", settings: { url: hook.url } };
    const { destination } = await visit.inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
    await visit.send(source, { type: "track", userId: "u1", event: "Refused" });
    await visit.signIn("/");
    const block = visit.page.getByRole("region", { name: "Destinations, last 24 hours" });
    const card = block.getByRole("listitem").filter({ hasText: "Overview hook" });
    await card.getByText("given up", { exact: true }).waitFor();
    await card.getByText("From Overviewed").waitFor();
    await visit.page.getByText(/given up at .*Overview hook\./).waitFor();
    await card.getByRole("link", { name: "Overview hook" }).click();
    await visit.page.waitForURL(visit.at(`/destinations/${destination.id}/delivery`));
    await visit.page.getByRole("main").getByText("Overview hook", { exact: true }).waitFor();
    await visit.page.getByRole("region", { name: "What failed" }).getByText("given up", { exact: true }).waitFor();
    await visit.page.getByRole("navigation", { name: "Path" }).getByRole("link", { name: "Destinations" }).click();
    await visit.page.getByText(/given up at .*Overview hook\./).waitFor();
    await hook.stop();
  });
});

describe("the console as a whole", () => {
  it("finds a message id in whichever source has it", async () => {
    const source = await visit.namedSource("Haystack");
    await visit.send(source, { type: "track", userId: "u1", event: "Needle", messageId: "ndl-1" });
    await visit.signIn("/");
    await visit.page.getByRole("heading", { name: "Overview" }).waitFor();
    await visit.page.keyboard.press("Control+k");
    await visit.page.getByPlaceholder("A page, source, destination or message id").fill("ndl-1");
    await visit.page.getByRole("option", { name: /in Haystack/ }).waitFor();
    await visit.page.keyboard.press("Enter");
    await visit.page.waitForURL(/\/trace\/ndl-1\?sourceId=/);
    await visit.page.getByText("Received by Haystack").waitFor();
  });

  it("says that a page does not exist, and that a source does not", async () => {
    await visit.signIn("/");
    await visit.page.goto(visit.at("/nowhere"));
    await visit.page.getByText("There is no such page").waitFor();
    await visit.page.goto(visit.at("/sources/none/settings"));
    await visit.page.getByText("There is no such page").waitFor();
  });

  it("runs only under the Worker's policy: the bare file does nothing", async () => {
    const page = await fetch(visit.at("/sources"), { headers: { accept: "text/html" } });
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self';");
    const file = await fetch(visit.at("/index.html"));
    expect(file.headers.get("content-security-policy")).toContain("sandbox");
  });

  it("follows the system's dark mode and fits a phone", async () => {
    await visit.page.emulateMedia({ colorScheme: "dark" });
    await visit.page.setViewportSize({ width: 390, height: 844 });
    await visit.signIn("/sources");
    await visit.page.getByRole("link", { name: "Demo shop" }).first().waitFor();
    expect(await visit.page.evaluate("document.documentElement.dataset.mode")).toBe("dark");
    expect(await visit.page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await visit.page.getByRole("button", { name: "Open the menu" }).click();
    const menu = visit.page.getByRole("navigation", { name: "Console" });
    await menu.getByRole("link", { name: "Workspace" }).click();
    await visit.page.waitForURL(/\/workspace/);
    await menu.waitFor({ state: "hidden" });
  });

  it("shows the open one of a row of tabs that is wider than a phone", async () => {
    const { page } = visit;
    const source = await visit.namedSource("Tabbed");
    const body = { sourceId: source.id, metadataId: "sink" };
    const { destination } = await visit.inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
    await page.setViewportSize({ width: 390, height: 844 });
    await visit.signIn(`/destinations/${destination.id}/settings`);
    const tab = page
      .getByRole("navigation", { name: "Parts of the destination" })
      .getByRole("link", { name: "Settings" });
    await tab.waitFor();
    const right = `document.querySelector("main a[href$='/settings']").getBoundingClientRect().right`;
    await page.waitForFunction(`${right} > 0 && ${right} <= 390`);
  });
});
