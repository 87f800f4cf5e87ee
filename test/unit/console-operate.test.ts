import { describe, expect, it } from "vitest";
import type { Cost, Health } from "../../dashboard/api/operate-types.ts";
import {
  costAnswer,
  dollars,
  healthAnswer,
  lineAmount,
  preciseDollars,
  readBudget,
} from "../../dashboard/logic/operate.ts";

const looked = { sources: 2, shards: 5, destinations: 1 };
const health = (...severities: Health["findings"][number]["severity"][]): Health =>
  ({ looked, findings: severities.map((severity) => ({ severity })) }) as unknown as Health;

describe("the answer of Health", () => {
  it("is one line that says what was looked at", () => {
    expect(healthAnswer(health())).toBe("All is well. Looked at 2 sources (5 shards) and 1 destination");
    expect(healthAnswer(health("info", "info"))).toMatch(/^All is well, 2 notes\./);
  });

  it("counts what needs somebody, the worst first", () => {
    expect(healthAnswer(health("critical", "warning", "warning", "info"))).toMatch(
      /^1 thing needs you now, 2 things to look at today, 1 note\./,
    );
  });
});

describe("money", () => {
  it("never says nothing of something", () => {
    expect([0, 0.001, 0.01, 12.3, 1234].map(dollars)).toEqual([
      "$0",
      "less than $0.01",
      "$0.01",
      "$12.30",
      "$1,234.00",
    ]);
    expect([1e-9, 0.0002, 0.02, 2].map(preciseDollars)).toEqual(["< $0.000001", "$0.000200", "$0.0200", "$2.00"]);
  });

  it("says what it counts, in its unit", () => {
    expect(lineAmount({ what: "storage", amount: 2_500_000, dollars: 0 })).toBe("2.5\u00a0MB");
    expect(lineAmount({ what: "processor", amount: 90_000, dollars: 0 })).toBe("90 s");
    expect(lineAmount({ what: "duration", amount: 0.2, dollars: 0 })).toBe("< 1 GB-s");
    expect(lineAmount({ what: "rows", amount: 12_345, dollars: 0 })).toBe("12,345");
  });

  it("is called an estimate, of its month and its prices' day", () => {
    const cost = { soFar: 1, projected: 2, monthStart: "2026-11-01T00:00:00.000Z", pricesAsOf: "2026-11-22" } as Cost;
    expect(costAnswer(cost)).toMatch(
      /^\$1\.00 so far in November 2026, about \$2\.00 by its end.*estimate.*2026-11-22/,
    );
    expect(costAnswer({ ...cost, projected: null })).toContain("in November 2026, too early to project");
  });
});

describe("a typed budget", () => {
  it.each([
    ["", null],
    ["25", 25],
    ["$ 1,250.50", 1250.5],
    ["0,5", 0.5],
    ["12,50", 12.5],
    ["1,250", 1250],
    ["1,234,567", undefined],
    ["1,2,3", undefined],
    ["0", undefined],
    ["-3", undefined],
    ["a lot", undefined],
    ["1e9", undefined],
  ])("%j is %j", (text, budget) => {
    expect(readBudget(text)).toBe(budget);
  });
});
