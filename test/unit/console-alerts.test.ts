import { describe, expect, it } from "vitest";
import type { Alert, AlertMessage } from "../../dashboard/api/operate-types.ts";
import {
  alertsAnswer,
  draftOf,
  endingWords,
  formOf,
  messageFate,
  messageKind,
  ruleWords,
  standing,
} from "../../dashboard/logic/alerts.ts";

const AT = "2026-11-22T12:00:00.000Z";
const names = { sourceName: () => "Shop", destinationName: () => "CRM" };
const alertOf = (other: Partial<Alert>): Alert => ({
  id: "a",
  name: "Shop is quiet",
  enabled: true,
  rule: { type: "source_volume", sourceId: "s", deviationPercent: 60, minimumEvents: 1000 },
  channel: { kind: "webhook", host: "hooks.example", signed: true },
  messages: [],
  createdAt: AT,
  updatedAt: AT,
  ...other,
});
const state = (status: "ok" | "firing", unknown = false) => ({
  state: { status, since: AT, checkedAt: AT, sentence: "…", unknown },
});
const message = (status: AlertMessage["status"], attempts: number): AlertMessage => ({
  id: "m",
  kind: "firing",
  at: AT,
  sentence: "…",
  status,
  attempts: Array.from({ length: attempts }, () => ({ at: AT, ok: false, words: "It answered 500." })),
});

describe("alerts in words", () => {
  it("says what rings and who could not be reached", () => {
    expect(alertsAnswer([])).toBe("Nobody is told of anything yet.");
    expect(alertsAnswer([alertOf(state("ok")), alertOf({ enabled: false })])).toMatch(
      /^None of 2 alerts is firing, 1 is off\. They are looked at every five minutes\.$/,
    );
    expect(alertsAnswer([alertOf({ ...state("firing"), messages: [message("failed", 5)] })])).toMatch(
      /^The alert is firing, 1 channel could not be reached\. It is looked at/,
    );
  });

  it("says a rule as a sentence", () => {
    expect(ruleWords(alertOf({}).rule, names)).toBe(
      "Shop sends 60\u00a0% more or less than the day before (from 1,000 events on)",
    );
    expect(ruleWords({ type: "health", severity: "critical" }, names)).toBe("Health finds something critical");
  });

  it("says how one stands, and what became of a message", () => {
    expect(standing(alertOf({}))[0]).toBe("Not looked at yet");
    expect(standing(alertOf({ ...state("firing"), enabled: false }))[0]).toBe("Off");
    const ending = alertOf({ state: { ...state("firing").state, goodSince: AT } });
    expect(standing(ending)).toEqual(["Firing", "warning"]);
    expect(endingWords(ending)).toBe("Once that is ten minutes the alert is over, and the webhook is told.");
    const silent = alertOf({ state: { ...state("firing", true).state, goodSince: AT } });
    expect([standing(silent)[1], endingWords(silent)]).toEqual(["error", undefined]);
    // A source that sends too little to judge is nothing to be warned of.
    expect(standing(alertOf(state("ok", true)))).toEqual(["No verdict", "secondary"]);
    expect(messageKind({ ...message("sent", 1), kind: "new_finding" })).toBe("Also");
    expect(messageFate(message("waiting", 1))).toBe("Is tried again. It answered 500.");
    expect(messageFate(message("failed", 5))).toBe("Given up after 5 attempts. It answered 500.");
  });
});

describe("an alert's form", () => {
  it("gives back what it was made of, and keeps an address that nobody typed", () => {
    const alert = alertOf({});
    expect(draftOf(formOf(alert))).toEqual({
      name: alert.name,
      enabled: true,
      rule: alert.rule,
      channel: { kind: "webhook" },
    });
  });

  it("sends an address and a secret that were typed, no secret to Slack", () => {
    const form = { ...formOf(undefined), url: " https://hooks.example/x ", sharedSecret: "s" };
    expect(draftOf(form).channel).toEqual({ kind: "slack", url: "https://hooks.example/x" });
    expect(draftOf({ ...form, channel: "webhook" }).channel).toMatchObject({ sharedSecret: "s" });
  });
});
