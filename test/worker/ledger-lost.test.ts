import { afterEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { START, stopClock } from "../support/clock.ts";
import { createLedgerRig } from "../support/ledger.ts";

const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Claims the job whenever it may be had, each holder dying with it; the times of the claims in ms from the start. */
async function diesAgainAndAgain(hours: number) {
  const clock = stopClock();
  const rig = createLedgerRig();
  const pointer = await rig.open(3);
  const claims: { at: number; mode: string }[] = [];
  for (let at = 0; at < hours * HOUR; at += DELIVERY.leaseMs) {
    clock.at(at);
    const claim = await rig.claim(pointer);
    if (claim.status !== "granted") continue;
    claims.push({ at: Date.now() - START, mode: claim.mode });
    if (claim.mode === "give_up") break;
  }
  return { clock, rig, pointer, claims };
}

describe("a job whose consumers die with it", () => {
  it("is had ever more seldom, and given up after some four hours instead of going round for ever", async () => {
    const { claims } = await diesAgainAndAgain(12);
    expect(claims.length).toBeLessThan(20);
    expect(claims.slice(0, 3).map(({ at }) => at)).toEqual([0, DELIVERY.leaseMs, 2 * DELIVERY.leaseMs]);
    expect(claims.at(-1)!.mode).toBe("give_up");
    expect(claims.at(-1)!.at).toBeGreaterThan(3.5 * HOUR);
    expect(claims.at(-1)!.at).toBeLessThan(6 * HOUR);
  });

  it("is served as ever once somebody got further with it", async () => {
    const { clock, rig, pointer } = await diesAgainAndAgain(0.1);
    clock.at(HOUR);
    const claim = await rig.granted(pointer);
    await rig.settle(pointer, claim, { passed: [0], outcomes: [], release: false });
    for (let i = 1; i <= 3; i++) {
      clock.at(HOUR + i * DELIVERY.leaseMs);
      expect(await rig.granted(pointer)).toMatchObject({ mode: "send" });
    }
  });
});
