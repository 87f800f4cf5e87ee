import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import {
  giveUpAt,
  paceAfter,
  permission,
  startProbe,
  STEADY,
  type Answers,
  type Pacing,
} from "../../src/core/pacing.ts";

const NOW = 1_000_000;
const retry = { status: "retry", reason: "503" } as const;
const delivered = { status: "delivered" } as const;
const rejected = { status: "abandoned", reason: "400" } as const;

const after = (pacing: Pacing, lines: Answers["lines"], probe = false, now = NOW): Pacing =>
  paceAfter(pacing, { lines, probe, now, random: 0.5 });
const failing = (count: number) => Array.from({ length: count }, () => retry);
const down = after(STEADY, failing(DELIVERY.downAfterFailures));

describe("a destination that fails", () => {
  it("is served as long as answers for good come between the failures", () => {
    const mixed = [...failing(9), delivered, ...failing(9), rejected, ...failing(9)];
    expect(permission(after(STEADY, mixed), NOW).status).toBe("send");
  });

  it("counts as down after ten failures in a row, also when they come one by one", () => {
    let pacing = STEADY;
    for (let i = 0; i < DELIVERY.downAfterFailures; i++) pacing = after(pacing, [retry]);
    expect(permission(pacing, NOW)).toEqual({ status: "wait", until: NOW + 10_000 });
    expect(pacing).toEqual(down);
  });

  it("has failed once when a batch has, however many events were in it, and is up when it took one of them", () => {
    const batch = [retry, ...failing(99).map((line) => ({ ...line, sameCall: true as const }))];
    expect(after(STEADY, batch)).toEqual({ ...STEADY, failures: 1 });
    let pacing = STEADY;
    for (let i = 0; i < DELIVERY.downAfterFailures; i++) pacing = after(pacing, batch);
    expect(pacing).toEqual(down);
    expect(after(down, [delivered, { ...retry, sameCall: true }], true)).toEqual(STEADY);
  });

  it("is not taken for down, nor for up, because code failed over events: anybody may send such", () => {
    const codeFailed = { status: "retry", reason: "INTERNAL" } as const;
    const many = Array.from({ length: 30 }, () => codeFailed);
    expect(after(STEADY, many)).toEqual(STEADY);
    expect(after(down, [codeFailed], true)).toEqual({ ...down, probeAt: NOW + 1000 });
  });

  it("is probed, one probe at a time, ever more seldom up to every five minutes", () => {
    expect(permission(down, NOW + 10_000)).toEqual({ status: "probe" });
    const probing = startProbe(down, NOW + 10_000);
    expect(permission(probing, NOW + 10_001).status).toBe("wait");
    let pacing = down;
    const waits = Array.from({ length: 7 }, () => {
      pacing = after(pacing, [retry], true);
      return (pacing.probeAt! - NOW) / 1000;
    });
    expect(waits).toEqual([20, 40, 80, 160, 300, 300, 300]);
  });

  it("is not probed later because of failures that were still under way when it went down", () => {
    expect(after(down, failing(5)).probeAt).toBe(down.probeAt);
  });

  it("is up again with the first answer for good, a refusal included", () => {
    expect(after(down, [delivered], true)).toEqual(STEADY);
    expect(after(down, [rejected], true)).toEqual(STEADY);
  });

  it("is not up again because a line's retries are used up, nor because a line was never sent", () => {
    const usedUp = { status: "abandoned", reason: "RETRY" } as const;
    const unsent = { status: "abandoned", reason: "INVALID_SETTINGS" } as const;
    const guarded = { status: "abandoned", reason: "EREFUSED" } as const;
    expect(permission(after(down, [usedUp, unsent, guarded, { status: "dropped", reason: "x" }]), NOW).status).toBe(
      "wait",
    );
    expect(
      after(
        STEADY,
        Array.from({ length: 10 }, () => usedUp),
      ).probeAt,
    ).toBeDefined();
  });
});

describe("a probe that asked nobody", () => {
  const dropped = (reason: string) => [{ status: "dropped", reason }] as const;

  it("lets the next line ask soon", () => {
    const pacing = after(startProbe(down, NOW), dropped("FILTERED_BY_INTEGRATIONS_OBJECT"), true);
    expect(permission(pacing, NOW + 1000)).toEqual({ status: "probe" });
  });

  it("ends the waiting when the destination is gone, so that what waited can be dropped", () => {
    expect(after(startProbe(down, NOW), dropped("destination_deleted"), true)).toEqual(STEADY);
  });
});

describe("a destination that asks for a pause", () => {
  const paused = after(STEADY, [delivered, { ...retry, retryAfterMs: 30_000 }, { ...retry, retryAfterMs: 7000 }]);

  it("gets nothing until then, the longest pause counting, and is not taken for down", () => {
    expect(permission(paused, NOW + 29_999)).toEqual({ status: "wait", until: NOW + 30_000 });
    expect(permission(paused, NOW + 30_000)).toEqual({ status: "send" });
  });

  it("stays paused when an answer that was under way comes in", () => {
    expect(permission(after(paused, [delivered]), NOW + 1000).status).toBe("wait");
  });
});

describe("waiting for a destination that is down", () => {
  it("ends after a day, and begins anew when the user lets go of what was held back", () => {
    expect(giveUpAt(NOW, {})).toBe(NOW + DELIVERY.maxWaitMs);
    expect(giveUpAt(NOW, { resumedAt: NOW + 5 })).toBe(NOW + 5 + DELIVERY.maxWaitMs);
    expect(giveUpAt(NOW, { resumedAt: NOW - 5 })).toBe(NOW + DELIVERY.maxWaitMs);
  });
});
