import { afterAll, beforeAll, expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { visitConsole } from "../support/console-visit.ts";
import { startHookServer, type HookServer } from "../support/hook-server.ts";

const visit = visitConsole();
let hook: HookServer;

beforeAll(async () => {
  hook = await startHookServer();
});
afterAll(() => hook.stop());

it("counts first what a replay would send, sends it, and says what came of it", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Replayed");
  const body = { sourceIds: [source.id], metadataId: "webhook", name: "Hook again", settings: { url: hook.url } };
  const { destination } = await visit.inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
  const named = (event: string, messageId: string) => ({ type: "track", userId: "u1", event, messageId });
  await visit.send(source, named("Order <b>Completed</b>", "order-1"));
  await visit.send(source, named("Order <b>Completed</b>", "order-2"));
  await visit.send(source, named("Other", "other-1"));
  await waitFor("all to be delivered", async () => hook.requests.length === 3);

  await visit.signIn(`/destinations/${destination.id}/delivery`);
  await page.getByRole("link", { name: "Send history to it" }).click();
  await page.waitForURL(/\/replays\/new\?.*destination=/);
  expect(await page.getByRole("checkbox", { name: "Hook again" }).isChecked()).toBe(true);
  await page.getByLabel("Received").selectOption("1h");
  await page.getByText(/^Roughly \d+ events were received in that time\./).waitFor();
  await page.getByRole("button", { name: "Order <b>Completed</b>", exact: true }).click();
  await page.getByText("Only track calls of this name").waitFor();
  await page.waitForURL(/range=1h/);

  // What the collector refuses is said at its field.
  await page.getByRole("button", { name: "Those that match" }).click();
  await page.getByRole("button", { name: "Write it as text (FQL)" }).click();
  await page.getByLabel("Condition as FQL").fill("type = (");
  await page.getByRole("button", { name: "Begin the dry run" }).click();
  await page.getByText(/^The filter is no FQL:/).waitFor();
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("button", { name: "Begin the dry run" }).click();

  await page.waitForURL(/\/replays\/[\w-]{36}$/);
  const start = page.getByRole("region", { name: "What starting it does" });
  await start.getByText("2 events to Hook again").waitFor({ timeout: 60_000 });
  await start.getByText(/^2 of these deliveries were made before: the destination then gets them twice/).waitFor();
  const dryRun = page.getByRole("region", { name: "The dry run" });
  await dryRun.getByText(/^It is about 2 events\. \d+ others? of that time/).waitFor();
  await dryRun.getByText("All 2 events would be sent.").waitFor();
  await dryRun.getByText("Delivered when the events came in. Hook again gets them a second time").waitFor();
  await dryRun.getByText("Order <b>Completed</b>", { exact: true }).waitFor();
  expect(hook.requests).toHaveLength(3);

  await start.getByRole("button", { name: "Start: send 2 deliveries" }).click();
  await page.getByText("2 delivered.", { exact: true }).waitFor({ timeout: 60_000 });
  const result = page.getByRole("region", { name: "What came of it" });
  await result.getByText("2 events handed over, all at their end.").waitFor();
  expect(hook.times()).toEqual({ "order-1": 2, "order-2": 2, "other-1": 1 });

  await page.getByRole("link", { name: "Replays" }).first().click();
  await page.getByRole("row", { name: /Replayed.*finished/ }).waitFor();
  await page.goto(visit.at("/trace/order-1"));
  await page.getByRole("link", { name: "a replay" }).click();
  await result.waitFor();

  // Another like it begins with the same choices; nothing of it is sent, and it can be thrown away.
  await page.getByRole("button", { name: "Another like it" }).click();
  await page.getByRole("button", { name: "Remove Order <b>Completed</b>" }).waitFor();
  await page.getByRole("button", { name: "Begin the dry run" }).click();
  await page.getByRole("button", { name: "Cancel…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the replay" }).click();
  await page.getByText("Nothing was sent.", { exact: true }).waitFor();
  expect(hook.requests).toHaveLength(5);
});
