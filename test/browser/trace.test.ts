import { afterAll, beforeAll, expect, it } from "vitest";
import { visitConsole } from "../support/console-visit.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";

const visit = visitConsole();
let hook: HookServer;

beforeAll(async () => {
  hook = await startHookServer();
});
afterAll(() => hook.stop());

it("follows an event from the debugger to each destination, while it happens", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Traced");
  const webhook = { sourceIds: [source.id], metadataId: "webhook", settings: { url: hook.url } };
  await visit.inlet.api("POST", "/api/destinations", { ...webhook, name: "Hook that takes it" });
  const { destination } = await visit.inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", {
    ...webhook,
    name: "Hook behind a filter",
  });
  await visit.inlet.api("POST", `/api/destination/${destination.id}/filters`, {
    sourceId: source.id,
    title: "No secrets",
    if: 'event = "Traced event"',
    actions: [{ type: "DROP" }],
    enabled: true,
  });
  await visit.signIn(`/sources/${source.id}/debugger`);
  await page.getByText("Waiting for the first event").or(page.getByRole("listbox")).first().waitFor();
  await visit.send(source, { type: "track", userId: "u1", event: "Traced event", messageId: "traced-message" });
  await page.getByRole("option", { name: /Traced event/ }).click();
  await visit.panel().getByRole("link", { name: "Trace" }).click();
  await page.waitForURL(/\/trace\/traced-message\?sourceId=/);

  const path = page.getByRole("list", { name: "The path of the event" });
  await path.getByText("Received by Traced").waitFor();
  await path.getByText("In the archive").waitFor();
  const taken = path.getByRole("listitem").filter({ has: page.getByRole("link", { name: "Hook that takes it" }) });
  await taken.getByText("Delivered", { exact: true }).waitFor();
  await path.getByText(/No secrets/).waitFor();
  await path.getByText("FILTERED_BY_RULES").waitFor();
  await page.getByText(/delivered to 1 destination/).waitFor();

  await page.getByRole("button", { name: "Raw" }).click();
  await page.getByLabel("the event", { exact: true }).getByText('"Traced event"').waitFor();
  await page.waitForURL(/view=raw/);
  expect(hook.times()["traced-message"]).toBe(1);
});

it("tells of a refused event why, of an unknown one that nobody knows it, and leads there from old addresses", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Refuses");
  await visit.send(source, { type: "track", event: "Nobody did it", messageId: "traced-refusal" });
  await visit.signIn(`/sources/${source.id}/message?id=traced-refusal`);
  await page.waitForURL(/\/trace\/traced-refusal/);
  await page.getByText("Refused by Refuses").waitFor();
  await page.getByText("no_user_anon_id").waitFor();
  await page.goto(visit.at("/trace/never-came"));
  await page.getByText("Nobody knows this event").waitFor();
});
