import { describe, expect, it } from "vitest";
import { visitConsole } from "../support/console-visit.ts";

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

const visit = visitConsole();

describe("the debugger", () => {
  it("shows events as they arrive, refused ones with the reason in words", async () => {
    const source = await visit.namedSource("Arrivals");
    await visit.signIn(`/sources/${source.id}/debugger`);
    await visit.page.getByText("Waiting for the first event").waitFor();
    await visit.send(source, { type: "track", userId: "u1", event: "Order Completed", properties: { total: 9.5 } });
    await visit.page.getByRole("option", { name: /accepted.*Order Completed/ }).waitFor();
    await visit.send(source, { type: "track", userId: "u1" });
    await visit.page.getByRole("option", { name: /refused.*A track call needs an event name/ }).waitFor();
  });

  it("rebuilds the call, keeps the exact payload, and finds where the event is stored", async () => {
    const source = await visit.namedSource("Close up");
    await visit.send(source, {
      type: "track",
      userId: "u1",
      event: "Order Completed",
      properties: { total: 9.5 },
      messageId: "m-1",
    });
    await visit.signIn(`/sources/${source.id}/debugger`);
    await visit.page.getByRole("option", { name: /Order Completed/ }).click();
    const code = visit.panel().locator("pre");
    await code.getByText("analytics").waitFor();
    expect(await code.textContent()).toBe(
      'analytics.track({\n  userId: "u1",\n  event: "Order Completed",\n  properties: { total: 9.5 },\n});',
    );
    await visit.page.getByRole("tab", { name: "Raw" }).click();
    await code.getByText(`"messageId"`).waitFor();
    expect(JSON.parse((await code.textContent()) ?? "")).toMatchObject({
      messageId: "m-1",
      properties: { total: 9.5 },
    });
    await visit.page.getByRole("tab", { name: "Details" }).click();
    await visit.page.getByText(/segment-logs\//).waitFor();
  });

  it("keeps filters and the selected event in the address", async () => {
    const source = await visit.namedSource("Filters");
    await visit.send(source, { type: "track", userId: "u1", event: "Kept" });
    await visit.send(source, { type: "identify", userId: "u2" });
    await visit.signIn(`/sources/${source.id}/debugger`);
    await visit.page.getByRole("option", { name: /Kept/ }).waitFor();
    await visit.page.getByRole("button", { name: "track", exact: true }).click();
    await visit.page.getByRole("option", { name: /u2/ }).waitFor({ state: "detached" });
    await visit.page.keyboard.press("j");
    await visit.page.waitForURL(/type=track/);
    await visit.page.waitForURL(/entry=\d+/);
    await visit.page.reload();
    await visit.panel().getByText("Kept").first().waitFor();
    expect(await visit.page.getByRole("option").count()).toBe(1);
    await visit.page.keyboard.press("Escape");
    await visit.panel().waitFor({ state: "detached" });
    await visit.page.keyboard.press("/");
    await visit.page.keyboard.type("nothing like it");
    await visit.page.getByText("No event matches").waitFor();
  });

  it("moves nothing under the pointer: new events wait until they are asked for", async () => {
    const source = await visit.namedSource("Stillness");
    await visit.send(source, { type: "track", userId: "u1", event: "First" });
    await visit.signIn(`/sources/${source.id}/debugger`);
    await visit.page.getByRole("option", { name: /First/ }).hover();
    await visit.page.mouse.move(700, 500);
    await visit.send(source, { type: "track", userId: "u1", event: "Second" });
    const pill = visit.page.getByRole("button", { name: "1 new event" });
    await pill.waitFor();
    expect(await visit.page.getByRole("option").count()).toBe(1);
    await pill.click();
    await visit.page.getByRole("option", { name: /Second/ }).waitFor();
  });

  it("says that the connection is lost, and catches up once it is back", async () => {
    const source = await visit.namedSource("Reconnection");
    await visit.send(source, { type: "track", userId: "u1", event: "Before" });
    let connections = 0;
    let cut: (() => Promise<void>) | undefined;
    await visit.page.routeWebSocket(/\/debugger\/live/, (socket) => {
      connections++;
      // The second attempt fails as well, so that the page has to wait a little.
      if (connections === 2) return void socket.close();
      socket.connectToServer();
      cut = () => socket.close();
    });
    await visit.signIn(`/sources/${source.id}/debugger`);
    await visit.page.getByRole("option", { name: /Before/ }).waitFor();
    await cut?.();
    await visit.page.getByText(/Disconnected; trying again/).waitFor();
    await visit.send(source, { type: "track", userId: "u1", event: "Meanwhile" });
    await visit.page.getByRole("option", { name: /Meanwhile/ }).waitFor();
    expect(await visit.page.getByRole("option", { name: /Before/ }).count()).toBe(1);
    expect(connections).toBe(3);
  });

  it("can be paused, and then catches up", async () => {
    const source = await visit.namedSource("Pause");
    await visit.signIn(`/sources/${source.id}/debugger`);
    await visit.page.getByText("Waiting for the first event").waitFor();
    await visit.page.getByRole("button", { name: "Pause" }).click();
    await visit.page.getByText("Paused").waitFor();
    await visit.send(source, { type: "track", userId: "u1", event: "Meanwhile" });
    await visit.page.getByRole("button", { name: "Resume" }).click();
    await visit.page.getByRole("option", { name: /Meanwhile/ }).waitFor();
  });
});

describe("text from payloads", () => {
  it("stays text on every screen that shows it", async () => {
    const source = await visit.namedSource(HOSTILE[0]);
    for (const text of HOSTILE) {
      const properties = { [text]: text, url: "https://evil.example/" };
      await visit.send(source, { type: "track", event: text, userId: text, messageId: text.slice(0, 90), properties });
      await visit.send(source, {
        type: "page",
        name: text,
        category: text,
        anonymousId: text,
        context: { library: { name: text } },
      });
      await visit.send(source, { type: "identify", userId: text, traits: { [text]: text } });
      await visit.send(source, { type: text, userId: text });
    }
    await fetch(visit.at("/v1/track"), { method: "POST", body: `{"writeKey":"${source.writeKey}", ${HOSTILE[0]}` });
    await visit.signIn(`/sources/${source.id}/debugger`);
    const rows = visit.page.getByRole("option");
    await rows.nth(HOSTILE.length * 4).waitFor({ state: "attached" });
    for (const view of ["Pretty", "Raw", "Details"]) {
      await visit.page.getByRole("option").first().click();
      await visit.page.getByRole("tab", { name: view }).click();
      for (let row = 0; row < HOSTILE.length * 4; row++) await visit.page.keyboard.press("j");
    }
    await visit.panel().getByText(HOSTILE[0]).first().waitFor();
    for (const path of [
      `/sources/${source.id}/debugger?status=refused`,
      `/sources/${source.id}/setup`,
      `/sources/${source.id}/settings`,
      "/sources",
      "/",
    ]) {
      await visit.page.goto(visit.at(path));
      await visit.page.getByText(HOSTILE[0]).first().waitFor();
      const injected = await visit.page.evaluate(COUNT_INJECTED);
      expect(injected).toEqual({ ran: false, elements: 0 });
      expect(await visit.page.locator(`a[href^="javascript:"], a[href*="evil.example"]`).count()).toBe(0);
    }
  });
});
