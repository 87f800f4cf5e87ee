import { describe, expect, it } from "vitest";
import { messageBody } from "../../src/core/alert-message.ts";
import { afterLook } from "../../src/core/alert-state.ts";
import { judge, type VerdictDeps } from "../../src/core/alert-verdict.ts";
import { ALERTS, type AlertRule, type AlertState } from "../../src/core/alert.ts";
import type { HealthReport } from "../../src/core/health-check.ts";
import { bySeverity, type Finding, type Severity } from "../../src/core/health.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const MINUTE = 60_000;
const DAY = 24 * 60;

const finding = (severity: Severity, code: string, id: string): Finding => ({
  code,
  severity,
  subject: { kind: "destination", id, name: id.toUpperCase() },
  sentence: `${code}.`,
  todo: "…",
  link: "/health",
});
const REFUSED = finding("warning", "many_refused", "shop");
const DOWN = finding("critical", "destination_down", "crm");
const LATE = finding("warning", "delivery_late", "crm");
const silent = (id: string) => finding("warning", "no_answer", id);
const rule = (severity: Severity): AlertRule => ({ type: "health", severity });

/** A rule on Health from look to look; `told` has the minute, the kind and the words of each message. */
function watched(severity: Severity = "warning", before?: AlertState) {
  let state = before;
  const told: string[] = [];
  const look = async (minute: number, ...findings: Finding[]): Promise<void> => {
    const report = { findings: findings.toSorted(bySeverity) } as unknown as HealthReport;
    const verdict = await judge(rule(severity), { health: async () => report } as unknown as VerdictDeps);
    const step = afterLook(state, verdict, NOW + minute * MINUTE);
    ({ state } = step);
    if (step.tell !== undefined) told.push(`${minute} ${step.tell}: ${step.sentence}`);
  };
  return { told, look, state: () => state, kinds: () => told.map((one) => one.split(":")[0]) };
}

describe("while an alert on Health fires", () => {
  it("tells at once of a destination that goes down, whatever kept it firing", async () => {
    const { look, told } = watched();
    await look(0, REFUSED);
    for (let minute = 5; minute < 60; minute += 5) await look(minute, REFUSED);
    for (let minute = 60; minute < 120; minute += 5) await look(minute, REFUSED, DOWN);
    expect(told).toEqual([
      "0 firing: SHOP: many_refused.",
      "60 new_finding: CRM: destination_down. 2 findings in all, 1 of them critical.",
    ]);
  });

  it("puts the worst of what is new first and counts the rest, in one message a look", async () => {
    const { look, told } = watched();
    await look(0, REFUSED);
    await look(5, REFUSED, finding("warning", "many_refused", "app"), LATE, DOWN);
    await look(10, REFUSED, finding("warning", "many_refused", "app"), LATE, DOWN);
    expect(told.slice(1)).toEqual([
      "5 new_finding: CRM: destination_down. And 2 other new or worse findings. 4 findings in all, 1 of them critical.",
    ]);
  });

  it("tells of one that got worse, and of nothing that only got milder", async () => {
    const { look, told, kinds } = watched();
    const worse = { ...LATE, severity: "critical" as const };
    await look(0, LATE);
    await look(5, worse);
    await look(10, LATE);
    await look(15, worse);
    expect(told.slice(1)).toEqual(["5 new_finding: CRM: delivery_late. 1 finding in all, 1 of them critical."]);
    for (const minute of [20, 25, 30]) await look(minute, LATE);
    await look(35, worse);
    expect(kinds()).toEqual(["0 firing", "5 new_finding", "35 new_finding"]);
  });

  it("does not count what every finding is, where the rule wants only critical ones", async () => {
    const { look, told } = watched("critical");
    await look(0, DOWN);
    await look(5, DOWN, LATE, REFUSED);
    await look(10, DOWN, finding("critical", "routing_late", "shop"));
    expect(told.slice(1)).toEqual(["10 new_finding: SHOP: routing_late. 2 findings in all."]);
  });

  it("tells again of what was away for ten minutes, not of what goes to and fro", async () => {
    const { look, kinds } = watched();
    await look(0, REFUSED, DOWN);
    for (let minute = 5; minute < 100; minute += 5) await look(minute, REFUSED, ...(minute % 2 === 0 ? [DOWN] : []));
    expect(kinds()).toEqual(["0 firing"]);
    for (const minute of [100, 105, 110]) await look(minute, REFUSED);
    await look(115, REFUSED, DOWN);
    expect(kinds()).toEqual(["0 firing", "115 new_finding"]);
  });

  it("does not take for gone what somebody has who does not answer", async () => {
    const { look, kinds } = watched();
    await look(0, REFUSED, DOWN, silent("crm"));
    for (let minute = 5; minute < 60; minute += 5) await look(minute, REFUSED, silent("crm"));
    await look(60, REFUSED, DOWN);
    expect(kinds()).toEqual(["0 firing"]);
  });

  it("still reminds once a day and says when it is over", async () => {
    const { look, kinds } = watched();
    await look(0, REFUSED);
    await look(DAY - 5, REFUSED, LATE);
    await look(DAY, REFUSED, LATE, DOWN);
    await look(DAY + 5, REFUSED, LATE, DOWN);
    for (const minute of [10, 15, 20]) await look(DAY + minute);
    await look(DAY + 25, DOWN);
    expect(kinds()).toEqual([
      "0 firing",
      `${DAY - 5} new_finding`,
      `${DAY} new_finding`,
      `${DAY + 5} reminder`,
      `${DAY + 20} resolved`,
      `${DAY + 25} firing`,
    ]);
  });
});

describe("findings that come and go on purpose", () => {
  /** A finding of another source every 20 minutes, from the first look until `end`. */
  async function flood(
    { look }: Pick<ReturnType<typeof watched>, "look">,
    end: number,
    severity: Severity = "warning",
  ): Promise<void> {
    for (let minute = 0; minute < end; minute += 5) {
      const other = finding(severity, "many_refused", `s${Math.floor(minute / 20) % 3}`);
      await look(minute, REFUSED, other);
    }
  }

  it("are told twelve times a day, and the last says so", async () => {
    const rig = watched();
    await flood(rig, DAY);
    const news = rig.told.filter((one) => one.includes("new_finding"));
    expect(news).toHaveLength(ALERTS.newFindings);
    const last = "The last message of new warnings for a while: it was the 12th within 24 hours.";
    expect(news.filter((one) => one.endsWith(last))).toEqual([news.at(-1)]);
  });

  it("keep nobody from being told of something critical, and are told once there is room again", async () => {
    const rig = watched();
    await flood(rig, 600);
    const before = rig.told.length;
    await rig.look(600, REFUSED, DOWN);
    await rig.look(605, REFUSED, DOWN, LATE);
    expect(rig.told.slice(before)).toEqual([
      "600 new_finding: CRM: destination_down. 2 findings in all, 1 of them critical.",
    ]);
    for (let minute = 610; minute < DAY + 60; minute += 5) await rig.look(minute, REFUSED, DOWN, LATE);
    expect(rig.told.slice(before + 1).filter((one) => one.includes("new_finding: CRM: delivery_late."))).toHaveLength(
      1,
    );
  });

  it("keep their own bound where something milder is told", async () => {
    const rig = watched();
    await flood(rig, 600, "critical");
    const before = rig.told.length;
    await rig.look(600, REFUSED, DOWN, LATE);
    await rig.look(605, REFUSED, DOWN, LATE);
    expect(rig.told.slice(before)).toEqual([
      "600 new_finding: CRM: delivery_late. 3 findings in all, 1 of them critical.",
    ]);
  });

  it("are told once where they are too many to be remembered beside those that went", async () => {
    const { look, kinds } = watched();
    const many = (name: string) =>
      Array.from({ length: ALERTS.found }, (_, i) => finding("warning", "many_refused", `${name}${i}`));
    await look(0, ...many("a"));
    for (let minute = 5; minute < 60; minute += 5) await look(minute, ...many("b"));
    expect(kinds()).toEqual(["0 firing", "15 new_finding"]);
  });

  it("are remembered up to a bound, the worst first, and those beyond are not told time after time", async () => {
    const { look, told, state } = watched();
    const many = Array.from({ length: ALERTS.found + 50 }, (_, i) => finding("warning", "many_refused", `s${i}`));
    for (let minute = 0; minute < 60; minute += 5) await look(minute, ...many);
    await look(60, ...many, DOWN);
    await look(65, ...many, DOWN);
    expect(told.map((one) => one.split(". ")[0])).toEqual([
      "0 firing: S0: many_refused",
      "60 new_finding: CRM: destination_down",
    ]);
    expect(told[1]).toContain("151 findings in all, 1 of them critical.");
    expect(state()?.told).toHaveLength(ALERTS.found);
  });
});

it("says once what is found where it is not known what an older version told", async () => {
  const before = {
    status: "firing",
    since: NOW,
    toldAt: NOW,
    checkedAt: NOW,
    sentence: "SHOP: many_refused.",
  } as const;
  const { look, told } = watched("warning", before);
  for (let minute = 5; minute < 60; minute += 5) await look(minute, REFUSED, DOWN);
  expect(told).toEqual(["5 reminder: CRM: destination_down. And 1 other finding."]);
});

it("has a title and a status of its own", () => {
  const alert = { id: "a", name: "Any", rule: rule("warning"), consoleUrl: "https://inlet.example" } as const;
  const message = {
    id: "m",
    ruleId: "a",
    kind: "new_finding",
    at: NOW,
    sentence: "…",
    link: "/health",
    attempts: [],
  } as const;
  expect(messageBody({ ...alert, kind: "slack" }, message)).toContain("*Alert, also: Any*");
  expect(JSON.parse(messageBody({ ...alert, kind: "webhook" }, message))).toMatchObject({
    status: "new_finding",
  });
});
