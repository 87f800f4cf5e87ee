import { describe, expect, it } from "vitest";
import { firstStage } from "../../dashboard/logic/first-delivery.ts";

const came = { waited: false, tried: false };
const saw = { waited: true, tried: false };
const tried = { waited: true, tried: true };

describe("the first minutes of a destination", () => {
  it("wait while nothing happened, and say so to nobody who comes when something did", () => {
    expect(firstStage({}, came)).toBe("waiting");
    expect(firstStage({ delivered: 0, dropped: 0, abandoned: 0, retrying: 0, waiting: 0 }, came)).toBe("waiting");
    for (const report of [
      { delivered: 1 },
      { dropped: 1 },
      { abandoned: 1 },
      { waiting: 1, retrying: 1 },
      { waiting: 1 },
    ])
      expect(firstStage(report, came)).toBe("over");
    expect(firstStage({ errors: [{ status: "abandoned", reason: "400", count: 1 }] }, came)).toBe("over");
  });

  it("tell whoever was waiting what came of the first event", () => {
    expect(firstStage({ waiting: 1 }, saw)).toBe("waiting");
    expect(firstStage({ delivered: 1 }, saw)).toBe("arrived");
    expect(firstStage({ dropped: 1 }, saw)).toBe("over");
    expect(firstStage({ abandoned: 1 }, saw)).toBe("over");
  });

  it("stay with the test event that was sent from there, also when it fails", () => {
    expect(firstStage({}, tried)).toBe("tried");
    expect(firstStage({ abandoned: 1 }, tried)).toBe("tried");
    expect(firstStage({ delivered: 1, abandoned: 1 }, tried)).toBe("arrived");
  });
});
