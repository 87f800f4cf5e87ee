import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { readArchive } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";

const visit = visitConsole();
const HOSTILE = `<img src=x onerror="window.pwned=1">`;

it("finds archived events by text and condition, close up and again from the address", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Searched");
  for (let n = 0; n < 12; n++)
    await visit.send(source, {
      type: "track",
      userId: `u${n}`,
      event: "Order Completed",
      properties: { total: n * 10 },
    });
  await visit.send(source, { type: "track", userId: "villain", event: HOSTILE, messageId: "m-hostile" });
  await visit.send(source, { type: "identify", userId: "u1", traits: { note: "needle in the haystack" } });
  await readArchive(visit.inlet, source.id);
  await visit.signIn(`/sources/${source.id}/archive?view=search`);
  await page
    .getByRole("option", { name: /Order Completed/ })
    .first()
    .waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("NEEDLE");
  await page.keyboard.press("Enter");
  await page.getByText("1 event found; that is all of them.").waitFor();
  expect(await page.getByRole("listbox").getByRole("option").count()).toBe(1);
  await page.getByRole("option", { name: /identify.*u1/ }).waitFor();

  await page.goto(visit.at(`/sources/${source.id}/archive?view=search`));
  await page.getByRole("button", { name: /Types, names, user, condition/ }).click();
  const condition = page.getByLabel("Condition as FQL");
  await condition.fill("properties.total >> 80");
  await page.getByRole("button", { name: "Search", exact: true }).last().click();
  await page.getByText(/The filter is no FQL/).waitFor();
  await condition.fill("properties.total > 80");
  await page.getByRole("button", { name: "Search", exact: true }).last().click();
  await page.getByText("3 events found; that is all of them.").waitFor();
  expect(await page.getByRole("link", { name: "Replay these events" }).getAttribute("href")).toContain(
    "filter=properties.total+%3E+80",
  );

  await page.goto(visit.at(`/sources/${source.id}/archive?view=search&q=villain`));
  await page.getByRole("option", { name: /onerror/ }).waitFor();
  await page.keyboard.press("j");
  await visit.panel().getByText("analytics").waitFor();
  await page.reload();
  await visit.panel().getByRole("link", { name: /Trace/ }).waitFor();
  await visit.panel().getByRole("tab", { name: "Raw" }).click();
  await visit.panel().getByText(`"m-hostile"`).waitFor();
  expect(await page.evaluate(`"pwned" in globalThis`)).toBe(false);
  await page.keyboard.press("Escape");
  await visit.panel().waitFor({ state: "detached" });
});

it("stops a search, goes on with it, and says so when nothing is found", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Stopped");
  await visit.send(source, { type: "track", userId: "u1", event: "Only one" });
  await readArchive(visit.inlet, source.id);
  await visit.signIn();
  // An answer that takes its time, until it is not wanted any more.
  await page.route("**/archive/search?*", () => {}, { times: 1 });
  await page.goto(visit.at(`/sources/${source.id}/archive?view=search&user=u1`));
  await page.getByText("Searching…").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped. Nothing found so far.").waitFor();
  await page.getByRole("button", { name: "Go on searching" }).click();
  await page.getByRole("option", { name: /Only one/ }).waitFor();
  await page.getByLabel("Text anywhere in the event").fill("nothing like it");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing found.").waitFor();
  await page.getByText("No event matches").waitFor();
});

it("downloads all events of a time, and an object of a day", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Downloaded");
  for (let n = 0; n < 5; n++)
    await visit.send(source, { type: "track", userId: "u1", event: "Kept", messageId: `k-${n}` });
  const archived = await readArchive(visit.inlet, source.id);
  expect(archived).toHaveLength(5);
  await visit.signIn(`/sources/${source.id}/archive`);
  await page.getByText(/\d+ events in/).waitFor();
  await page.getByRole("button", { name: "Download…" }).click();
  const lines = await downloaded(() => page.getByRole("link", { name: "Download", exact: true }).click());
  expect(lines.filter(({ event }) => event === "Kept")).toHaveLength(5);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /\d{4}-\d\d-\d\d.*events/ }).click();
  await page.getByText("Objects in the bucket").waitFor();
  const object = await downloaded(() =>
    page
      .getByRole("link", { name: /^Download\s.*\.gz$/ })
      .first()
      .click(),
  );
  expect(object.length).toBeGreaterThan(0);

  async function downloaded(start: () => Promise<void>): Promise<{ event?: string }[]> {
    const [download] = await Promise.all([page.waitForEvent("download"), start()]);
    const text = gunzipSync(await readFile(await download.path())).toString("utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event?: string });
  }
});

it("keeps events for a shorter time only once the source's name was typed", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Short lived");
  await visit.send(source, { type: "track", userId: "u1", event: "Today's" });
  await readArchive(visit.inlet, source.id);
  const kept = async (): Promise<unknown> =>
    (
      await visit.inlet.api<{ source: { settings: { archive: { retentionDays: number | null } } } }>(
        "GET",
        `/api/sources/${source.id}`,
      )
    ).source.settings.archive.retentionDays;
  await visit.signIn(`/sources/${source.id}/archive`);
  await page.getByText("as the workspace says").waitFor();
  await page.getByRole("link", { name: "Change" }).click();
  await page.getByLabel("Keep events").selectOption("90");
  const save = page.locator("#retention").getByRole("button", { name: "Save" });
  await save.click();
  await page.getByText(/will be deleted for good/).waitFor();
  expect(await kept()).toBeNull();
  await page.getByLabel("Type Short lived to confirm").fill("Short lived");
  await page.getByRole("button", { name: "Keep for a shorter time" }).click();
  await page.locator("#retention").getByText("Saved.").waitFor();
  expect(await kept()).toBe(90);
  await page.getByLabel("Keep events").selectOption("365");
  await save.click();
  await page.getByText("Events are deleted for good one year after they were received.").waitFor();
  await expect.poll(kept).toBe(365);
  await page.goto(visit.at(`/sources/${source.id}/archive`));
  await page.getByText(/Kept one year, by this source/).waitFor();
});
