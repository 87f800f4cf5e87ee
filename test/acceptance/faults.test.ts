import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/archive.ts";
import { COUNT, HOUR_MS, MINUTE_MS, Outage, PAUSE_MS, TOOLS } from "./outage.ts";

let outage: Outage;
beforeAll(async () => {
  outage = await Outage.begin();
});
afterAll(() => outage.inlet.stop());

describe("while four of five destinations fail, each in its own way", () => {
  it("the sound one gets everything at once", async () => {
    await waitFor("a request that hangs", async () => outage.city.hanging === 1);
    await waitFor("all events at the webhook", async () => outage.city.ids("Webhook").length >= COUNT);
    // Served side by side: the one that hangs is still being waited for.
    expect(outage.city.hanging).toBe(1);
  });

  it("the one that hangs is let go, and its events wait with the reason", async () => {
    await waitFor("the timeout", async () => (await outage.metrics("Customer.io")).retrying === COUNT);
    expect(outage.city.hanging).toBe(0);
    expect(outage.city.of("Customer.io")).toHaveLength(1);
    const { status, failures, attempts, nextAttemptAt } = await outage.laneOf("Customer.io", outage.ids[0]!);
    expect({ status, failures }).toEqual({ status: "pending", failures: 1 });
    const sentence = "The destination did not answer in time.";
    expect(attempts).toMatchObject([{ attempt: 1, status: "retry", reason: "ETIMEDOUT", sentence }]);
    expect(Date.parse(nextAttemptAt!)).toBeGreaterThan(outage.now());
  });

  it("the one that asks for a pause gets it, after a single request", async () => {
    const { pausedUntil, waiting, errors } = await outage.metrics("Klaviyo");
    expect(outage.city.of("Klaviyo")).toHaveLength(1);
    expect(waiting).toBe(COUNT);
    expect(Math.abs(Date.parse(pausedUntil!) - outage.now() - PAUSE_MS)).toBeLessThan(MINUTE_MS);
    expect(errors).toMatchObject([{ status: "retry", reason: "429", count: COUNT }]);
    expect(errors[0]!.samples[0]!.response).toContain("throttled");
    expect(JSON.stringify(errors)).not.toContain("pk_klaviyo_private_key");
  });

  it("the one that answers 500 counts as down, and no event has used up more than one attempt", async () => {
    const { probeAt, waiting, errors } = await outage.metrics("Amplitude");
    expect(probeAt).toBeDefined();
    expect(waiting).toBe(COUNT);
    expect(errors.every(({ status, reason }) => status === "retry" && reason === "500")).toBe(true);
    expect(outage.city.of("Amplitude").length).toBeLessThanOrEqual(COUNT / 2);
    const { failures } = await outage.laneOf("Amplitude", outage.ids[0]!);
    expect(failures).toBe(1);
  });

  it("the one that refuses a batch for one event gets all others, and that one alone is given up", async () => {
    await outage.settled("PostHog");
    expect(outage.city.ids("PostHog")).toEqual(outage.spared);
    const { delivered, abandoned } = await outage.metrics("PostHog");
    expect({ delivered, abandoned }).toEqual({ delivered: COUNT - 1, abandoned: 1 });
    const lane = await outage.laneOf("PostHog", outage.poisoned);
    expect(lane).toMatchObject({
      status: "abandoned",
      reason: "400",
      attempts: [{ attempt: 1, status: "abandoned", reason: "400" }],
    });
    expect(lane.sentence).toBe("400: the destination says that the request is wrong.");
    expect(await outage.laneOf("PostHog", outage.ids[0]!)).toMatchObject({ status: "delivered", failures: 0 });
  });

  it("what was given up is listed as a dead letter with the event and what was said", async () => {
    const path = `/api/destinations/${outage.at("PostHog").id}/dead-letters`;
    const { deadLetters } = await outage.inlet.api<{
      deadLetters: { key: string; lines: number; reasons: unknown[] }[];
    }>("GET", path);
    expect(deadLetters).toMatchObject([{ lines: 1, reasons: [{ reason: "400", count: 1 }], resentAs: [] }]);
    const key = encodeURIComponent(deadLetters[0]!.key);
    const { letters } = await outage.inlet.api<{ letters: unknown[] }>("GET", `${path}/lines?key=${key}`);
    expect(letters).toMatchObject([
      { messageId: outage.poisoned, reason: "400", event: { properties: { serial: "poison" } } },
    ]);
    const { errors } = await outage.metrics("PostHog");
    expect(errors).toMatchObject([{ status: "abandoned", reason: "400", count: 1 }]);
    expect(errors[0]!.samples[0]!.response).toContain("serial must be a number");
  });
});

describe("when an hour has passed", () => {
  it("each that recovered meanwhile has everything, and the one that is down was asked by single probes", async () => {
    await outage.tell(5);
    await waitFor("the new events at the webhook", async () => outage.city.ids("Webhook").length === outage.ids.length);
    const asked = () => outage.city.of("Amplitude").length;
    while (outage.isWithin(HOUR_MS - 15 * MINUTE_MS)) {
      await waitFor("silence", () => outage.isBooked("Amplitude"));
      const before = asked();
      await outage.pass(15 * MINUTE_MS);
      await waitFor("a probe", async () => asked() > before && (await outage.isBooked("Amplitude")));
      // A second one may have been due by itself just when the clock was moved.
      expect(asked() - before).toBeLessThanOrEqual(2);
    }
    await outage.settled("Customer.io", "Klaviyo");
    expect(outage.city.taken("Amplitude")).toEqual([]);
  });

  it("the one that was down for it gets what was never tried as soon as a probe is answered, then the rest", async () => {
    await outage.pass(15 * MINUTE_MS);
    await waitFor("those that no answer was booked for", async () => {
      const { waiting, retrying } = await outage.metrics("Amplitude");
      return waiting === retrying;
    });
    await outage.pass(2 * MINUTE_MS);
    await outage.settled("Amplitude");
    const { attempts, failures, status } = await outage.laneOf("Amplitude", outage.ids[0]!);
    expect({ status, failures }).toEqual({ status: "delivered", failures: 1 });
    expect(attempts).toMatchObject([
      { attempt: 1, status: "retry", reason: "500" },
      { attempt: 2, status: "delivered" },
    ]);
    expect(Date.parse(attempts[1]!.at) - Date.parse(attempts[0]!.at)).toBeGreaterThan(HOUR_MS);
  });

  it("every event was accepted exactly once by each, but the poisoned one", async () => {
    await outage.settled(...TOOLS);
    for (const tool of TOOLS)
      expect(outage.city.ids(tool), tool).toEqual(tool === "PostHog" ? outage.spared : outage.all);
    expect(outage.city.of("nobody")).toEqual([]);
  });

  it("no pause was broken: the one that asked for it was sent everything in one go afterwards", () => {
    const statuses = outage.city.of("Klaviyo").map(({ reply }) => (reply === "hang" ? 0 : reply.status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect(statuses.slice(1).every((status) => status === 202)).toBe(true);
  });

  it("the reports say how it went", async () => {
    for (const tool of TOOLS) {
      const lost = tool === "PostHog" ? 1 : 0;
      const { delivered, abandoned, dropped, waiting } = await outage.metrics(tool);
      const counts = { delivered, abandoned, dropped, waiting };
      expect(counts, tool).toEqual({ delivered: outage.ids.length - lost, abandoned: lost, dropped: 0, waiting: 0 });
      const delivery = await outage.overview("successful-delivery", "eventName", tool);
      expect(delivery.dataset, tool).toMatchObject([{ eventName: "Meter Read", total: outage.ids.length - lost }]);
      const failed = await outage.overview("failed-delivery", "discardReason", tool);
      expect(failed.dataset, tool).toMatchObject(lost === 0 ? [] : [{ discardReason: "400", total: 1 }]);
      expect((await outage.overview("filtered-at-destination", "discardReason", tool)).total, tool).toBe(0);
    }
    const received = await outage.overview("successfully-received", "eventType");
    expect(received.dataset).toMatchObject([{ eventType: "track", total: outage.ids.length }]);
    const { dataset } = await outage.overview("successful-delivery", "eventName", "Customer.io");
    expect(dataset).toMatchObject([{ totalRetryCount: COUNT }]);
  });
});

describe("the dead letter, sent again after the destination was mended", () => {
  const path = () => `/api/destinations/${outage.at("PostHog").id}`;

  it("arrives once", async () => {
    outage.mended = true;
    const { resend } = await outage.inlet.api<{ resend: { lines: number } }>("POST", `${path()}/resends`, {
      reason: "400",
    });
    expect(resend.lines).toBe(1);
    await waitFor("the event at PostHog", async () => outage.city.ids("PostHog").includes(outage.poisoned));
    await outage.settled("PostHog");
    expect(outage.city.ids("PostHog")).toEqual(outage.all);
  });

  it("is seen in the list of re-sends, at the letter, and in the trace", async () => {
    const { resends } = await outage.inlet.api<{ resends: { id: string }[] }>("GET", `${path()}/resends`);
    expect(resends).toMatchObject([{ lines: 1, delivered: 1, abandoned: 0, waiting: 0 }]);
    const { deadLetters } = await outage.inlet.api<{ deadLetters: unknown[] }>("GET", `${path()}/dead-letters`);
    expect(deadLetters).toMatchObject([{ lines: 1, resentAs: [resends[0]!.id] }]);
    const deliveries = await outage.deliveries("PostHog", outage.poisoned);
    expect(deliveries.map(({ replayId }) => replayId ?? "first")).toEqual([
      "first",
      expect.stringContaining(resends[0]!.id),
    ]);
    const attempts = [{ status: "delivered" }];
    expect(await outage.laneOf("PostHog", outage.poisoned, 1)).toMatchObject({ status: "delivered", attempts });
    expect(await outage.laneOf("PostHog", outage.poisoned, 0)).toMatchObject({ status: "abandoned", reason: "400" });
  });

  it("is taken by no second re-send", async () => {
    const { resend } = await outage.inlet.api<{ resend: { lines: number } }>("POST", `${path()}/resends`, {});
    expect(resend.lines).toBe(0);
    expect(outage.city.ids("PostHog")).toEqual(outage.all);
  });
});
