import { describe, expect, it } from "vitest";
import type { Counts } from "../../dashboard/logic/delivery.ts";
import { firstStage } from "../../dashboard/logic/first-delivery.ts";

const counts = (some: Partial<Counts> = {}): Counts => ({
  delivered: 0,
  waiting: 0,
  retrying: 0,
  abandoned: 0,
  resent: 0,
  dropped: 0,
  ...some,
});
const came = { waited: false, tried: false };
const saw = { waited: true, tried: false };
const tried = { waited: true, tried: true };

describe("the first minutes of a destination", () => {
  it("wait while nothing happened, and say so to nobody who comes when something did", () => {
    expect(firstStage(counts(), came)).toBe("waiting");
    for (const what of ["delivered", "dropped", "abandoned", "waiting"] as const)
      expect(firstStage(counts({ [what]: 1 }), came)).toBe("over");
  });

  it("tell whoever was waiting what came of the first event", () => {
    expect(firstStage(counts({ waiting: 1 }), saw)).toBe("waiting");
    expect(firstStage(counts({ delivered: 1 }), saw)).toBe("arrived");
    expect(firstStage(counts({ waiting: 1, retrying: 1 }), saw)).toBe("over");
    expect(firstStage(counts({ abandoned: 1 }), saw)).toBe("over");
  });

  it("stay with the test event that was sent from there, also when it fails", () => {
    expect(firstStage(counts(), tried)).toBe("tried");
    expect(firstStage(counts({ abandoned: 1 }), tried)).toBe("tried");
    expect(firstStage(counts({ delivered: 1, abandoned: 1 }), tried)).toBe("arrived");
  });
});
