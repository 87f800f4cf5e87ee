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

interface Made {
  readonly destination: { readonly id: string };
}

it("tells what arrived, what failed and why, with samples that stay text", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Reported");
  hook.answer = ({ event }, response) => {
    const bad = event["event"] === "Bad";
    response.statusCode = bad ? 400 : 200;
    response.end(bad ? "<img src=x onerror=alert(1)> no such field" : "ok");
  };
  const body = { sourceIds: [source.id], metadataId: "webhook", name: "Reporting hook", settings: { url: hook.url } };
  const { destination } = await visit.inlet.api<Made>("POST", "/api/destinations", body);
  await visit.send(source, { type: "track", userId: "u1", event: "Good", messageId: "report-good" });
  await visit.send(source, { type: "track", userId: "u1", event: "Bad", messageId: "report-bad" });
  await waitFor("both to be delivered or given up", async () => {
    const path = `/api/destinations/${destination.id}/delivery-metrics`;
    const { metrics } = await visit.inlet.api<{ metrics: { delivered: number; abandoned: number } }>("GET", path);
    return metrics.delivered === 1 && metrics.abandoned === 1;
  });

  await visit.signIn(`/destinations/${destination.id}/delivery`);
  await page.getByText(/^50\s% arrived in the last 24 hours; 1 was given up\./).waitFor();
  await page.getByRole("button", { name: "1 h" }).click();
  await page.waitForURL(/range=1h/);
  await page
    .getByRole("region", { name: /^Deliveries/ })
    .getByText("As a table")
    .click();
  expect(
    await page
      .getByRole("region", { name: /^Deliveries/ })
      .getByRole("row")
      .count(),
  ).toBeGreaterThan(1);

  const way = page.getByRole("region", { name: "What became of its events" });
  await way.getByRole("button", { name: /^Failed for good 1/ }).click();
  await way.getByText("Bad track").waitFor();
  await page.waitForURL(/step=failed/);

  await page.getByRole("region", { name: "What failed" }).getByRole("button", { name: /400/ }).click();
  await page.getByText("You", { exact: true }).waitFor();
  await page.getByLabel("Response", { exact: true }).getByText("<img src=x onerror=alert(1)>").waitFor();
  await page.getByRole("link", { name: "The dead letters" }).click();
  await page.waitForURL(/dead-letters\?reason=400/);
});

it("says that it is paused, with what waits, and goes on when told", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Paused for a while");
  hook.answer = (_, response) => void response.end("ok");
  const body = { sourceIds: [source.id], metadataId: "webhook", name: "Pausing hook", settings: { url: hook.url } };
  const { destination } = await visit.inlet.api<Made>("POST", "/api/destinations", body);
  await visit.signIn(`/destinations/${destination.id}/delivery`);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("It is paused: its events wait and none are dropped.").waitFor();
  await visit.send(source, { type: "track", userId: "u1", event: "Later", messageId: "report-later" });
  const waiting = page.getByRole("definition").filter({ hasText: /^1$/ });
  await waiting.first().waitFor();
  expect(hook.times()["report-later"]).toBeUndefined();
  await page.getByRole("main").getByRole("button", { name: "Resume" }).last().click();
  await page.getByText(/Everything that was sent arrived: 1 delivered/).waitFor();
  expect(hook.times()["report-later"]).toBe(1);
});

it("waits for no first delivery above the report of a new destination whose events fail", async () => {
  const { page } = visit;
  const source = await visit.namedSource("Failing from the start");
  hook.answer = (_, response) => {
    response.statusCode = 400;
    response.end("no");
  };
  const body = { sourceIds: [source.id], metadataId: "webhook", name: "Failing hook", settings: { url: hook.url } };
  const { destination } = await visit.inlet.api<Made>("POST", "/api/destinations", body);
  const first = page.getByRole("region", { name: "The first delivery" });
  await visit.signIn(`/destinations/${destination.id}/delivery`);
  await first.getByText("Waiting for the first delivery").waitFor();

  await first.getByRole("button", { name: "Send a test event" }).click();
  await first.getByText(/^Not delivered\./).waitFor();
  await first.getByText("Nothing was delivered yet").waitFor();

  await page.reload();
  await page.getByRole("region", { name: "What failed" }).getByRole("button", { name: /400/ }).waitFor();
  expect(await first.count()).toBe(0);
});
