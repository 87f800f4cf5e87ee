import { describe, expect, it } from "vitest";
import type { SettingValue } from "../../src/core/catalog.ts";
import type { Outcome } from "../../src/core/delivery.ts";
import { sink } from "../../src/destinations/own/sink.ts";
import { NOW, settingsProblem, tryKind } from "../support/own-kinds.ts";

const eventOf = (messageId: string, receivedAt = new Date(NOW).toISOString()) => ({
  type: "track",
  messageId,
  receivedAt,
});
const EVENTS = Array.from({ length: 400 }, (_, i) => eventOf(`m${i}`));
const BATCH = { data: { "@path": "$." }, enable_batching: true };
const open = (settings: Record<string, SettingValue> = {}, now = NOW) =>
  tryKind(sink, settings, undefined, { now: () => now });

const statuses = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ status }) => status);

describe("the test sink", () => {
  it("accepts everything, alone or together, and asks nobody", async () => {
    const { perform, seen } = await open();
    expect(await perform([EVENTS[0]!])).toEqual([{ status: "delivered" }]);
    expect(statuses(await perform(EVENTS, BATCH)).every((status) => status === "delivered")).toBe(true);
    expect(seen).toHaveLength(0);
  });

  it.each<readonly [status: number, outcome: object]>([
    [204, { status: "delivered" }],
    [400, { status: "abandoned", reason: "400" }],
    [429, { status: "retry", reason: "429", retryAfterMs: 30_000 }],
    [503, { status: "retry", reason: "503", retryAfterMs: 30_000 }],
  ])("answers %i when told to", async (status, expected) => {
    const { perform } = await open({ status, retryAfterSeconds: 30 });
    expect((await perform([EVENTS[0]!]))[0]).toMatchObject(expected);
    expect((await perform(EVENTS.slice(0, 2), BATCH))[1]).toMatchObject(expected);
  });

  it("lets a share of the events fail, the same ones each time and in batches too", async () => {
    const { perform } = await open({ failPercent: 25, failStatus: 503 });
    const once = statuses(await perform(EVENTS, BATCH));
    expect(once.filter((status) => status === "retry").length / EVENTS.length).toBeCloseTo(0.25, 1);
    expect(statuses(await perform(EVENTS, BATCH))).toEqual(once);
    const alone = await Promise.all(EVENTS.slice(0, 50).map((event) => perform([event])));
    expect(statuses(alone.flat())).toEqual(once.slice(0, 50));
  });

  it("a larger share holds the smaller one", async () => {
    const few = statuses(await (await open({ failPercent: 10 })).perform(EVENTS, BATCH));
    const more = statuses(await (await open({ failPercent: 60 })).perform(EVENTS, BATCH));
    expect(few.every((status, i) => status === "delivered" || more[i] === "retry")).toBe(true);
  });

  it("recovers some time after an event was received", async () => {
    const settings = { failPercent: 100, recoverSeconds: 60 };
    const event = eventOf("m1");
    expect((await (await open(settings, NOW + 59_000)).perform([event]))[0]).toMatchObject({ status: "retry" });
    expect((await (await open(settings, NOW + 60_000)).perform([event]))[0]).toEqual({ status: "delivered" });
  });

  it("hangs until the call is over when told to wait longer", async () => {
    const { perform } = await open({ delayMs: 30_000 });
    const ending = AbortSignal.timeout(20);
    expect((await perform([EVENTS[0]!], undefined, ending))[0]).toMatchObject({ status: "retry", reason: "ETIMEDOUT" });
  });

  it("leaves in the report what a request to a real destination would", async () => {
    const { perform } = await open({ status: 500 });
    const [outcome] = await perform([EVENTS[0]!]);
    expect(outcome?.exchange?.request).toContain("POST https://sink.invalid/");
    expect(outcome?.exchange?.response).toMatch(/^500/);
  });

  it.each<readonly [string, Record<string, SettingValue>, RegExp]>([
    ["a status that is none", { status: 99 }, /^status: /],
    ["a share above all", { failPercent: 101 }, /^failPercent: /],
    ["a delay beyond any request", { delayMs: 60_000 }, /^delayMs: /],
    ["a word for a number", { failStatus: "never" }, /^failStatus: /],
  ])("refuses %s and says so", async (_, settings, message) => {
    expect(await settingsProblem(sink, settings)).toMatch(message);
  });

  it("takes numbers as the console's forms give them", async () => {
    expect(await settingsProblem(sink, { status: "202", failPercent: "12.5" })).toBeUndefined();
  });
});
