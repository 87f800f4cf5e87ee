import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readArchive } from "../support/archive.ts";
import { launchChromium } from "../support/chromium.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";

let inlet: RunningInlet;
let browser: Browser;

beforeAll(async () => {
  [inlet, browser] = await Promise.all([startInlet(), launchChromium()]);
});
afterAll(() => Promise.all([inlet.stop(), browser.close()]));

it("turns a visit of the demo shop into page, track and identify calls of the demo source", async () => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));

  await page.goto(new URL("/demo", inlet.url).href);
  const { sources } = await inlet.api<{ sources: { id: string; slug: string }[] }>("GET", "/api/sources");
  const demo = sources.find(({ slug }) => slug === "demo-shop");
  await readArchive(inlet, demo!.id, { atLeast: 1 });
  await page.locator("a[href^='/demo/products/']").first().click();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Email").fill("grace@shop.test");
  await page.locator("#sign-in button[type=submit]").click();

  const events = await readArchive(inlet, demo!.id, { atLeast: 5 });
  const made = events.map(({ type, event }) => event ?? type);
  expect(made.toSorted()).toEqual(["Product Added", "Product Viewed", "identify", "page", "page"]);
  const identify = events.find(({ type }) => type === "identify");
  expect(identify).toMatchObject({ userId: expect.stringMatching(/^demo_/), traits: { email: "grace@shop.test" } });
  expect(new Set(events.map(({ anonymousId }) => anonymousId)).size).toBe(1);
  const added = events.find(({ event }) => event === "Product Added");
  expect(added?.["properties"]).toMatchObject({ quantity: 1, price: expect.any(Number), name: expect.any(String) });

  expect(hosts).toEqual(new Set([inlet.url.host]));
  expect(problems).toEqual([]);
});
