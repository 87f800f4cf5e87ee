import { describe, expect, it } from "vitest";
import type { OpenDestination } from "../../src/core/catalog.ts";
import type { FilterAction, FilterRecord } from "../../src/core/filter-record.ts";
import { parseLine } from "../../src/core/settle-lines.ts";
import type { AskedLine } from "../../src/destinations/cells.ts";
import { decideLine, lanesOf, noDecisions, type Rules } from "../../src/destinations/decide.ts";
import type { Granted } from "../../src/destinations/delivery-plan.ts";
import { rulesFor } from "../../src/destinations/gate-rules.ts";
import { testLine, testSubscription } from "../support/sends.ts";

const A = testSubscription({ id: "a", trigger: "a" });
const B = testSubscription({ id: "b", trigger: "b" });
const OFF = testSubscription({ id: "off", trigger: "a", enabled: false });

/** A job of ten lines; an event's `wants` names the triggers that fire for it, and `gate` what stops it. */
function rules(ids: readonly string[], overrides: Partial<Rules> = {}): Rules {
  return {
    count: 10,
    lanes: lanesOf(ids, [A, B, OFF]),
    gate: (event) =>
      typeof event["gate"] === "string"
        ? { pass: false, reason: "FILTERED_BY_RULES", detail: event["gate"] }
        : { pass: true, event },
    again: (event) => ({ pass: true, event: { ...event, reduced: true } }),
    fires: (trigger, event) => ({ fires: String(event["wants"]).includes(trigger) }),
    ...overrides,
  };
}

function decide(asked: Omit<AskedLine, "line">, event: Record<string, unknown>, given = rules(["a", "b"])) {
  const into = noDecisions();
  decideLine({ line: 3, ...asked }, testLine(3, event), given, into);
  const { passed, unmatched, fates, sends } = into;
  return {
    passed,
    unmatched,
    fates: fates.map(({ cell, fate }) => ({ cell, ...fate })),
    sends: sends.map(({ cell, subscription }) => ({ cell, to: subscription.id })),
  };
}
const FIRST = { gate: true, lanes: [1, 2] };
const LATER = { gate: false, lanes: [1, 2] };
const NOTHING = { passed: [], unmatched: [], fates: [], sends: [] };

describe("deciding a line", () => {
  it("sends it where triggers fire, and remembers where they did not", () => {
    expect(decide(FIRST, { wants: "b" })).toEqual({
      ...NOTHING,
      passed: [3],
      unmatched: [13],
      sends: [{ cell: 23, to: "b" }],
    });
  });

  it("drops it once, at the gate, for the reason that the gate gives", () => {
    expect(decide(FIRST, { wants: "ab", gate: "why" })).toEqual({
      ...NOTHING,
      fates: [{ cell: 3, status: "dropped", reason: "FILTERED_BY_RULES", detail: "why" }],
    });
  });

  it("drops it once when no trigger fires, also when there is no subscription at all", () => {
    const dropped = { ...NOTHING, fates: [{ cell: 3, status: "dropped", reason: "NO_MATCHING_MAPPING" }] };
    expect(decide(FIRST, { wants: "" })).toEqual(dropped);
    expect(decide({ gate: true, lanes: [] }, { wants: "ab" }, rules([]))).toEqual(dropped);
  });

  it("shows the triggers what the gate has left of the event", () => {
    const given = rules(["a", "b"], { gate: () => ({ pass: true, event: { wants: "a" } }) });
    expect(decide(FIRST, { wants: "ab" }, given).sends).toEqual([{ cell: 13, to: "a" }]);
  });

  it("asks neither gate nor triggers again, but takes out what is to be taken out", () => {
    const into = noDecisions();
    decideLine({ line: 3, ...LATER }, testLine(3, { wants: "", gate: "no" }), rules(["a", "b"]), into);
    expect(into.sends.map(({ event }) => event["reduced"])).toEqual([true, true]);
    expect(into).toMatchObject({ passed: [], unmatched: [], fates: [] });
  });

  it("does not take a lane for unwanted because its turn is later", () => {
    expect(decide({ gate: true, lanes: [1] }, { wants: "b" })).toEqual({ ...NOTHING, passed: [3], unmatched: [13] });
    expect(decide({ gate: true, lanes: [] }, { wants: "ab" })).toEqual({ ...NOTHING, passed: [3] });
  });

  it("drops it on its lanes when what is asked again stops it", () => {
    const given = rules(["a", "b"], { again: () => ({ pass: false, reason: "FILTERED_BY_END_USER_CONSENT" }) });
    expect(decide(LATER, {}, given).fates).toEqual(
      [13, 23].map((cell) => ({ cell, status: "dropped", reason: "FILTERED_BY_END_USER_CONSENT" })),
    );
  });

  it("drops it by name where the subscription was switched off or deleted meanwhile", () => {
    const given = rules(["off", "gone"]);
    const fates = [
      { cell: 13, status: "dropped", reason: "subscription_disabled" },
      { cell: 23, status: "dropped", reason: "subscription_deleted" },
    ];
    expect(decide(LATER, {}, given)).toEqual({ ...NOTHING, fates });
    expect(decide(FIRST, { wants: "a" }, given)).toEqual({ ...NOTHING, passed: [3], fates });
  });

  it("counts nothing as dropped at a subscription that is off and would not have wanted it", () => {
    expect(decide({ gate: true, lanes: [1, 2] }, { wants: "b" }, rules(["off", "b"]))).toEqual({
      ...NOTHING,
      passed: [3],
      unmatched: [13],
      sends: [{ cell: 23, to: "b" }],
    });
  });

  it("keeps it for a re-send where a trigger cannot be read", () => {
    const given = rules(["a"], { fires: () => ({ fires: false, error: "unexpected )" }) });
    expect(decide({ gate: true, lanes: [1] }, {}, given)).toMatchObject({
      passed: [3],
      fates: [{ cell: 13, status: "abandoned", reason: "INVALID_SETTINGS", who: "user" }],
    });
  });

  it("gives up at the gate what is not JSON", () => {
    const into = noDecisions();
    decideLine({ line: 3, ...FIRST }, parseLine(3, "{broken"), rules(["a", "b"]), into);
    expect(into.fates).toMatchObject([{ cell: 3, fate: { status: "abandoned", reason: "MESSAGE_REJECTED" } }]);
    expect(into.passed).toEqual([]);
  });
});

describe("asking a destination's rules", () => {
  const CLAIM: Granted = { status: "granted", count: 10, lanes: [], cells: [], attempt: 1, mode: "send", token: 1 };
  const POINTER = { destinationId: "dst_1", sourceId: "src_1", key: "k" };
  const filter = (...actions: FilterAction[]): FilterRecord => ({
    id: "f",
    destinationId: "dst_1",
    sourceId: "src_1",
    title: "A filter",
    if: "all",
    actions,
    enabled: true,
    createdAt: 0,
    updatedAt: 0,
  });
  const opened = (overrides: Partial<OpenDestination> = {}): OpenDestination => ({
    destination: {
      id: "dst_1",
      name: "Test",
      integrationName: "Test",
      metadataId: "sink",
      sourceIds: ["src_1"],
      enabled: true,
    },
    settings: {},
    unreadable: [],
    subscriptions: [],
    filters: [],
    consentCategories: [],
    createdAt: 0,
    ...overrides,
  });
  const tools = {
    chance: { random: () => 0.9, hash: () => new Uint8Array(16) },
    fires: () => ({ fires: true }),
  };
  const RESEND = { ...POINTER, replayId: "resend-r1-0" };
  const SECRETIVE = filter({ type: "DROP_PROPERTIES", fields: { properties: ["ssn"] } });
  const event = { type: "track", properties: { ssn: "1", plan: "a" } };
  const reduced = { type: "track", properties: { plan: "a" } };

  it("lets a retry pass whatever the filters say now, without what they take out now", () => {
    const filters = [filter({ type: "DROP" }), { ...SECRETIVE, id: "g" }];
    const asked = rulesFor(POINTER, { ...CLAIM, attempt: 2 }, opened({ filters, consentCategories: ["ads"] }), tools);
    expect(asked.again(event)).toEqual({ pass: true, event: reduced });
  });

  it("fails closed on a retry when it cannot be known what is to be taken out", () => {
    const filters = [{ ...SECRETIVE, if: "broken (" }];
    const asked = rulesFor(POINTER, { ...CLAIM, attempt: 2 }, opened({ filters }), tools);
    expect(asked.again(event)).toMatchObject({ pass: false, reason: "FILTERED_BY_RULES" });
  });

  it("asks consent, integrations object and filters again before a re-send", () => {
    const refusing: Partial<OpenDestination>[] = [
      { consentCategories: ["ads"] },
      { filters: [filter({ type: "DROP" })] },
    ];
    const refused = { ...event, context: { consent: { categoryPreferences: { ads: false } } } };
    for (const part of refusing) {
      expect(rulesFor(RESEND, CLAIM, opened(part), tools).again(refused)).toMatchObject({ pass: false });
    }
    expect(rulesFor(RESEND, CLAIM, opened({ filters: [SECRETIVE] }), tools).again(event)).toEqual({
      pass: true,
      event: reduced,
    });
    const shy = { ...event, integrations: { Test: false } };
    expect(rulesFor(RESEND, CLAIM, opened(), tools).again(shy)).toMatchObject({ pass: false });
    expect(rulesFor(RESEND, { ...CLAIM, attempt: 2 }, opened(), tools).again(shy)).toMatchObject({ pass: true });
  });

  it("draws no second lot for what a sample has let through once", () => {
    const given = opened({ filters: [filter({ type: "SAMPLE", percent: 0.5 })] });
    expect(rulesFor(RESEND, CLAIM, given, tools).gate(event)).toMatchObject({ pass: false });
    expect(rulesFor(RESEND, CLAIM, given, tools).again(event)).toMatchObject({ pass: true });
  });
});
