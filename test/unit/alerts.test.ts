import { describe, expect, it } from "vitest";
import { messageBody } from "../../src/core/alert-message.ts";
import { afterAttempt, afterLook, statusOfMessage } from "../../src/core/alert-state.ts";
import { judge, type VerdictDeps } from "../../src/core/alert-verdict.ts";
import { AlertRule, ALERTS, type AlertState, type Notification, type Verdict } from "../../src/core/alert.ts";
import type { HealthReport } from "../../src/core/health-check.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const volume = (accepted: number, before: number) => ({
  source: async () => ({
    now: NOW,
    day: { accepted, duplicate: 0, refused: 0 },
    dayBefore: { accepted: before },
    parked: 0,
    parkedAgain: 0,
  }),
});
const rate = (delivered: number, abandoned: number) => ({
  destination: async () => ({ now: NOW, waiting: 0, retrying: 0, day: { delivered, abandoned, retried: 0 } }),
});
const depsOf = (other: Partial<VerdictDeps>): VerdictDeps => ({
  sourceName: (id) => (id === "s" ? "Shop" : undefined),
  destinationName: (id) => (id === "d" ? "CRM" : undefined),
  ...volume(0, 0),
  ...rate(0, 0),
  health: async () => ({ findings: [] }) as unknown as HealthReport,
  ...other,
});
const VOLUME = AlertRule.parse({ type: "source_volume", sourceId: "s", deviationPercent: 50 });
const RATE = AlertRule.parse({ type: "delivery_rate", destinationId: "d", belowPercent: 95 });

describe("a rule on a source's volume", () => {
  it.each([
    [49, 100, "bad"],
    [51, 100, "good"],
    [150, 100, "bad"],
    [149, 100, "good"],
    [0, 100, "bad"],
    [0, 99, "unknown"],
    [1, 3, "unknown"],
    [3, 3, "good"],
    [0, 0, "unknown"],
    [5000, 0, "unknown"],
  ] as const)("%i events after %i: %s", async (now, before, status) => {
    expect((await judge(VOLUME, depsOf(volume(now, before)))).status).toBe(status);
  });

  it("says the figures, and knows nothing of a source that is gone or silent", async () => {
    expect((await judge(VOLUME, depsOf(volume(1200, 4000)))).sentence).toBe(
      "Shop: 1,200 events within 24 hours, 4,000 events in the 24 before, 70 % fewer.",
    );
    expect(await judge({ ...VOLUME, sourceId: "x" } as AlertRule, depsOf({}))).toMatchObject({ status: "unknown" });
    const silent = { source: () => Promise.reject(new Error("late")) };
    expect(await judge(VOLUME, depsOf(silent))).toMatchObject({ status: "unknown" });
  });
});

describe("a rule on a destination's deliveries", () => {
  it.each([
    [94, 6, "bad"],
    [95, 5, "good"],
    [0, 100, "bad"],
    [0, 99, "unknown"],
    [98, 1, "good"],
    [0, 0, "unknown"],
  ] as const)("%i delivered, %i given up: %s", async (delivered, abandoned, status) => {
    expect((await judge(RATE, depsOf(rate(delivered, abandoned)))).status).toBe(status);
  });
});

describe("a rule on health", () => {
  const found = (severity: string) => ({
    health: async () =>
      ({ findings: [{ severity, subject: { name: "CRM" }, sentence: "It is down." }] }) as unknown as HealthReport,
  });
  it("says nothing of a critical finding's end while somebody does not answer", async () => {
    const subject = { name: "CRM" };
    const silent = { code: "no_answer", severity: "warning", subject, sentence: "No answer." };
    const look = (severity: "critical" | "warning", ...findings: object[]) =>
      judge({ type: "health", severity }, depsOf({ health: async () => ({ findings }) as unknown as HealthReport }));
    expect(await look("critical", silent)).toMatchObject({
      status: "unknown",
      sentence: "Nothing that bad is found, but not everything answered: CRM.",
    });
    expect((await look("critical", { ...silent, code: "down", severity: "critical" }, silent)).status).toBe("bad");
    expect((await look("warning", silent)).status).toBe("bad");
  });

  it("says that nothing is found, and of a rule that leaves findings out that none is that bad", async () => {
    const none = depsOf({ health: async () => ({ findings: [] }) as unknown as HealthReport });
    const sentence = async (severity: "critical" | "info") =>
      (await judge({ type: "health", severity }, none)).sentence;
    expect(await sentence("info")).toBe("Nothing is found.");
    expect(await sentence("critical")).toBe("Nothing is found that bad.");
  });

  it("fires at findings that are at least as bad", async () => {
    const rule = (severity: "critical" | "warning"): AlertRule => ({ type: "health", severity });
    expect((await judge(rule("warning"), depsOf(found("critical")))).status).toBe("bad");
    expect((await judge(rule("warning"), depsOf(found("info")))).status).toBe("good");
    expect((await judge(rule("critical"), depsOf(found("warning")))).status).toBe("good");
  });
});

describe("too few to judge", () => {
  /** How many hours after its last event a source that had 1,000 each day is told of, and as what. */
  async function fallenSilent(hours: number) {
    let state: AlertState | undefined;
    const told: string[] = [];
    for (let hour = 0; hour <= hours; hour++) {
      const [now, before] = [Math.max(0, 24 - hour) / 24, Math.max(0, Math.min(24, 48 - hour)) / 24];
      const judged = await judge(VOLUME, depsOf(volume(1000 * now, 1000 * before)));
      const step = afterLook(state, judged, NOW + hour * 60 * MINUTE);
      state = step.state;
      if (step.tell !== undefined) told.push(`${hour} ${step.tell}`);
    }
    return { told, state };
  }

  it("ends no alert about a source that stays silent, reminds nobody any more, and says why", async () => {
    const { told, state } = await fallenSilent(30 * 24);
    expect(told).toEqual(["12 firing", "36 reminder"]);
    expect(state).toMatchObject({
      status: "firing",
      unknown: true,
      sentence: expect.stringMatching(/0 events in the 24 before; too few to judge, so nothing changes\.$/),
    });
  });

  it("begins none either, also with a destination", async () => {
    for (const judged of [await judge(VOLUME, depsOf(volume(10, 90))), await judge(RATE, depsOf(rate(3, 4)))]) {
      expect(judged.sentence).toMatch(/too few to judge, so nothing changes\.$/);
      const { state, tell } = afterLook(undefined, judged, NOW);
      expect([state.status, state.unknown, tell]).toEqual(["ok", true, undefined]);
    }
  });
});

const verdict = (status: Verdict["status"]): Verdict => ({ status, sentence: "…", link: "/health" });

describe("what a channel is told", () => {
  it("once when it begins, once a day while it lasts, once when it is over", () => {
    let state: AlertState | undefined;
    const told: string[] = [];
    const look = (minutes: number, status: Verdict["status"]): void => {
      const step = afterLook(state, verdict(status), NOW + minutes * MINUTE);
      state = step.state;
      if (step.tell !== undefined) told.push(`${minutes} ${step.tell}`);
    };
    look(0, "good");
    look(5, "bad");
    look(10, "bad");
    look(15, "unknown");
    look(20, "bad");
    for (let minute = 25; minute < 1500; minute += 5) look(minute, "bad");
    look(1500, "good");
    look(1505, "good");
    look(1510, "good");
    look(1515, "good");
    expect(told).toEqual(["5 firing", "1445 reminder", "1510 resolved"]);
    expect(state).toMatchObject({ status: "ok", since: NOW + 1510 * MINUTE });
  });

  it("does not ring twice when a figure goes to and fro at its bound", () => {
    let state = afterLook(undefined, verdict("bad"), NOW).state;
    for (let i = 1; i < 20; i++) {
      const step = afterLook(state, verdict(i % 2 === 0 ? "bad" : "good"), NOW + i * 5 * MINUTE);
      expect(step.tell).toBeUndefined();
      state = step.state;
    }
  });

  it("says nothing of what nobody knows, and that it does not know", () => {
    const step = afterLook(undefined, verdict("unknown"), NOW);
    expect(step).toMatchObject({ state: { status: "ok", unknown: true } });
    expect(step.tell).toBeUndefined();
    expect(afterLook(step.state, verdict("good"), NOW + 1).state).not.toHaveProperty("unknown");
  });
});

const MESSAGE: Notification = {
  id: "m1",
  ruleId: "a",
  kind: "firing",
  at: NOW,
  sentence: "CRM: <!channel> 10 % & falling",
  link: "/health",
  attempts: [],
  nextAt: NOW,
};

describe("a message", () => {
  it("is tried again, later each time, and given up after five attempts", () => {
    let message = MESSAGE;
    const waits: number[] = [];
    for (let i = 0; i < ALERTS.attempts; i++) {
      expect(statusOfMessage(message)).toBe("waiting");
      const at = message.nextAt ?? 0;
      message = afterAttempt(message, { at, ok: false, words: "It answered 500." }, 0.5);
      if (message.nextAt !== undefined) waits.push((message.nextAt - at) / MINUTE);
    }
    expect(waits).toEqual([1, 2, 4, 8]);
    expect(statusOfMessage(message)).toBe("failed");
    const sent = afterAttempt(MESSAGE, { at: NOW, ok: true, words: "It answered 200." }, 0.5);
    expect([statusOfMessage(sent), sent.nextAt]).toEqual(["sent", undefined]);
  });

  it("is the same text every time, with its id, and links to the console", () => {
    const alert = { id: "a", name: "Rate", kind: "webhook", rule: RATE, consoleUrl: "https://inlet.example" } as const;
    const body = messageBody(alert, MESSAGE);
    expect(JSON.parse(body)).toMatchObject({
      id: "m1",
      status: "firing",
      test: false,
      link: "https://inlet.example/health",
    });
    expect(messageBody(alert, { ...MESSAGE, attempts: [{ at: 1, ok: false, words: "" }] })).toBe(body);
  });

  it("mentions nobody in Slack, whatever names hold", () => {
    const alert = {
      id: "a",
      name: "<@U1> & co",
      kind: "slack",
      rule: RATE,
      consoleUrl: "https://inlet.example",
    } as const;
    const { text } = JSON.parse(messageBody(alert, MESSAGE)) as { text: string };
    expect(text).not.toMatch(/[<>]/);
    expect(text).toContain("&lt;!channel&gt;");
    expect(messageBody(alert, { ...MESSAGE, kind: "test" })).toContain("Test of an alert");
  });
});

it("looks at most every five minutes, and reminds after a day", () => {
  expect([ALERTS.everyMs, ALERTS.remindMs]).toEqual([5 * MINUTE, DAY]);
});
