import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  classifyHttp,
  concludeAttempt,
  DELIVERY,
  networkReason,
  nextAskedAttemptAt,
  nextAttemptAt,
  parseRetryAfter,
  type Outcome,
} from "../../src/core/delivery.ts";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");

describe("what an HTTP status means (delivery.md §5.3)", () => {
  it.each([
    [200, "delivered"],
    [204, "delivered"],
    [301, "abandoned"],
    [307, "abandoned"],
    [400, "abandoned"],
    [401, "abandoned"],
    [403, "abandoned"],
    [404, "abandoned"],
    [408, "retry"],
    [413, "abandoned"],
    [423, "retry"],
    [429, "retry"],
    [500, "retry"],
    [501, "abandoned"],
    [502, "retry"],
    [503, "retry"],
    [530, "retry"],
  ])("%d is %s", (status, verdict) => {
    expect(classifyHttp(status)).toBe(verdict);
  });
});

describe("when a failed line is tried again", () => {
  it("waits 1, 2, 4, 8, 15, 30, 60, 60, 60 minutes: four hours in all", () => {
    const waits = Array.from({ length: DELIVERY.maxAttempts - 1 }, (_, i) => nextAttemptAt(i + 1, 0, 0.5) / 60_000);
    expect(waits).toEqual([1, 2, 4, 8, 15, 30, 60, 60, 60]);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(240);
  });

  it("takes a destination that asks for a pause at its word once, and keeps to the schedule as well from then on", () => {
    const waits = [1, 2, 3, 4].map((attempts) => nextAskedAttemptAt(attempts, 5000, 0, 0.5));
    expect(waits).toEqual([5000, 60_000, 120_000, 240_000]);
    expect(nextAskedAttemptAt(2, 600_000, 0, 0.5)).toBe(600_000);
  });

  it("spreads each wait by at most 15 % and always waits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
        const ratio = (nextAttemptAt(attempts, NOW, random) - NOW) / nextAttemptAt(attempts, 0, 0.5);
        expect(ratio).toBeGreaterThanOrEqual(0.849);
        expect(ratio).toBeLessThanOrEqual(1.151);
      }),
    );
  });
});

describe("Retry-After", () => {
  it.each([
    ["7", 7000],
    ["0", 1000],
    ["86400", DELIVERY.maxRetryAfterMs],
    ["Sun, 22 Nov 2026 12:00:30 GMT", 30_000],
    ["Sun, 22 Nov 2026 11:00:00 GMT", 1000],
    ["soon", undefined],
    ["", undefined],
    ["-5", undefined],
  ])("%j is a wait of %s ms", (header, wait) => {
    expect(parseRetryAfter(header, NOW)).toBe(wait);
  });

  it("never throws nor leaves its bounds, whatever a destination sends", () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const wait = parseRetryAfter(header, NOW);
        if (wait === undefined) return;
        expect(wait).toBeGreaterThanOrEqual(1000);
        expect(wait).toBeLessThanOrEqual(DELIVERY.maxRetryAfterMs);
      }),
    );
  });
});

describe("the last attempt", () => {
  const failed: Outcome = { status: "retry", reason: "503", detail: "503 Busy", retryAfterMs: 5000 };

  it("turns a failure into an abandoned line that says what failed, and keeps the asked pause", () => {
    expect(concludeAttempt(failed, DELIVERY.maxAttempts, false)).toEqual({
      status: "abandoned",
      reason: "RETRY",
      detail: "10 attempts failed, the last with 503: 503 Busy",
      who: "platform",
      retryAfterMs: 5000,
    });
  });

  it("leaves earlier failures, probes and everything final alone", () => {
    expect(concludeAttempt(failed, DELIVERY.maxAttempts - 1, false)).toBe(failed);
    expect(concludeAttempt(failed, DELIVERY.maxAttempts, true)).toBe(failed);
    const delivered: Outcome = { status: "delivered" };
    expect(concludeAttempt(delivered, DELIVERY.maxAttempts, false)).toBe(delivered);
  });

  it("counts for a probe too when code failed over the event, and keeps saying that it did", () => {
    const code: Outcome = { status: "retry", reason: "INTERNAL", detail: "null is no object", unsent: true };
    const last = { status: "abandoned", reason: "INTERNAL", who: "platform" };
    for (const probe of [true, false]) {
      expect(concludeAttempt(code, DELIVERY.maxAttempts, probe)).toMatchObject(last);
      expect(concludeAttempt(code, DELIVERY.maxAttempts, probe)).not.toHaveProperty("unsent");
    }
    const held: Outcome = { status: "retry", reason: "INTERNAL", retryAfterMs: 60_000 };
    expect(concludeAttempt(held, DELIVERY.maxAttempts, true)).toBe(held);
  });
});

describe("names", () => {
  it.each([
    ["The operation timed out", "ETIMEDOUT"],
    ["connect ECONNREFUSED: Connection refused", "ECONNREFUSED"],
    ["DNS lookup failed.", "ENOTFOUND"],
    ["Network connection lost.", "ECONNRESET"],
    ["something else", "ECONNABORTED"],
  ])("calls the failure %j %s", (message, reason) => {
    expect(networkReason(message)).toBe(reason);
  });
});
