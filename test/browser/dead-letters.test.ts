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

it("shows what was given up, sends it again, and says that it arrived", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Given up");
  hook.answer = (_, response) => {
    response.statusCode = 400;
    response.end("no");
  };
  const body = {
    sourceIds: [source.id],
    metadataId: "webhook",
    name: "Hook with letters",
    settings: { url: hook.url },
  };
  const { destination } = await visit.inlet.api<{ destination: { id: string } }>("POST", "/api/destinations", body);
  await visit.signIn(`/destinations/${destination.id}/dead-letters`);
  await page.getByText("Nothing was given up", { exact: true }).waitFor();

  await visit.send(source, { type: "track", userId: "u1", event: "Lost <b>one</b>", messageId: "letter-1" });
  await waitFor("the delivery to be given up", async () => {
    const path = `/api/destinations/${destination.id}/dead-letters`;
    return (await visit.inlet.api<{ deadLetters: unknown[] }>("GET", path)).deadLetters.length === 1;
  });
  await page.reload();
  await page.getByText("1 delivery given up; none was sent again yet.").waitFor();
  const letters = page.getByRole("list", { name: "Dead letters" });
  await letters.getByRole("button", { name: /400/ }).click();
  await page.waitForURL(/open=/);
  await letters.getByText("Lost <b>one</b>", { exact: true }).waitFor();
  await letters.getByText("user u1").waitFor();
  expect(await letters.getByRole("link", { name: "letter-1" }).getAttribute("href")).toContain("/trace/letter-1");
  await letters.getByRole("button", { name: "The event" }).click();
  await letters.getByLabel("The event", { exact: true }).getByText('"letter-1"').waitFor();

  hook.answer = (_, response) => void response.end("ok");
  await page.getByRole("button", { name: "Send all again…" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("1 delivery will be sent.").waitFor();
  await dialog.getByRole("button", { name: "Send again" }).click();
  const resends = page.getByRole("region", { name: "Sent again" });
  await resends.getByText("Delivered", { exact: true }).waitFor();
  await letters.getByText("sent again", { exact: true }).waitFor();
  expect(hook.times()["letter-1"]).toBe(2);
});
