import { parseFql, validate } from "@segment/destination-subscriptions";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { likelyEntry, readEvent, wouldFire } from "../../dashboard/logic/event-choice.ts";
import { sampleEvent } from "../../dashboard/logic/sample-event.ts";
import {
  type Condition,
  hasPath,
  operatorsOf,
  type Subject,
  takesNumber,
  takesValue,
} from "../../dashboard/logic/conditions.ts";
import { conditionProblem, readTrigger, writeTrigger } from "../../dashboard/logic/trigger.ts";
import { triggerWords } from "../../dashboard/logic/trigger-words.ts";

const SUBJECTS: readonly Subject[] = ["type", "event", "name", "userId", "properties", "traits", "context"];
const path = fc.array(fc.stringMatching(/^[a-z_][A-Za-z0-9_ -]{0,8}$/), { minLength: 1, maxLength: 3 });
const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => !/["~\\\n\r]/.test(value));

/** Every condition that the builder lets a person make, without the numbers that JSON writes with an exponent. */
const condition: fc.Arbitrary<Condition> = fc
  .constantFrom(...SUBJECTS)
  .chain((subject) =>
    fc.record({
      subject: fc.constant(subject),
      path: hasPath(subject) ? path.map((keys) => keys.join(".")) : fc.constant(""),
      operator: fc.constantFrom(...operatorsOf(subject)),
      value: text,
      number: fc.integer({ min: -1000, max: 1000 }),
    }),
  )
  .map(({ number, value, ...rest }) => ({
    ...rest,
    value: !takesValue(rest.operator) ? "" : takesNumber(rest.operator) ? String(number) : value,
  }));

describe("a trigger", () => {
  it("that was built is read back as it was built", () => {
    fc.assert(
      fc.property(
        fc.array(condition, { minLength: 1, maxLength: 4 }),
        fc.constantFrom("and", "or"),
        (conditions, join) => {
          fc.pre(conditions.every((one) => conditionProblem(one) === undefined));
          const built = { join: conditions.length === 1 ? ("and" as const) : join, conditions };
          const fql = writeTrigger(built);
          // What the builder cannot show again stays text; what it shows is the same.
          const read = readTrigger(fql);
          if (read !== undefined) expect(writeTrigger(read)).toBe(fql);
          expect(read ?? built).toEqual(built);
        },
      ),
    );
  });

  it.each([
    ['type = "track"', "Track calls"],
    ['type = "track" AND event = "Order Completed"', "Track calls where event name is “Order Completed”"],
    ['type="identify" or type="track"', "Identify or track calls"],
    ["properties.total >= 50 and properties.coupon != null", "Properties.total >= 50 and properties.coupon exists"],
    ['type = "track" and !contains(event, "Test")', "Track calls where event name does not contain “Test”"],
    ['type = "page" and match(name, "Help*")', "Page calls where page or screen name starts with “Help”"],
    ["", "No trigger: no event starts it"],
  ])("%s reads: %s", (fql, words) => {
    expect(triggerWords(fql)).toBe(words);
  });

  it.each([
    ["one level is not enough", 'type = "track" and (event = "A" or event = "B")'],
    ["the engine skips a subject", 'anonymousId = "x" and type = "track"'],
    ["single quotes never match", "event = 'x'"],
    ["the engine reads a capital OR as and", 'event = "A" OR event = "B"'],
    ["null is compared as text", "event != null"],
    ["a bare word would get quotes", "type = track"],
    ["a list is joined by a comma", 'type = "track", event = "X"'],
    ["it cannot be read", "type ="],
  ])("stays text when %s", (_why, fql) => {
    expect(readTrigger(fql)).toBeUndefined();
    expect(triggerWords(fql)).toBe(fql);
  });

  it("of a preset that spreads over lines is built all the same", () => {
    expect(readTrigger('\n  event = "A"\n   or event = "B"\n')?.conditions).toHaveLength(2);
  });

  it.each([
    [{ subject: "properties", path: " ", operator: "=", value: "x" }, "Which of the properties?"],
    [{ subject: "traits", path: "a.$b", operator: "=", value: "x" }, "A path has no part that begins with $."],
    [{ subject: "event", path: "", operator: "=", value: 'a"b' }, 'A value cannot hold " or ~.'],
    [{ subject: "properties", path: "a", operator: ">", value: "x" }, "A number is needed."],
    [{ subject: "properties", path: "a", operator: "exists", value: "" }, undefined],
  ] as const)("complains of a condition that FQL cannot hold: %j", (one, problem) => {
    expect(conditionProblem(one)).toBe(problem);
  });
});

describe("an event made up for a trigger", () => {
  const NOW = new Date(0);

  it("is taken by it, whatever single condition it has", () => {
    fc.assert(
      fc.property(condition, (one) => {
        // What must not be there, or must be other than it is, cannot be promised of an event that has much.
        fc.pre(conditionProblem(one) === undefined && !/^!=|^not_|_not_/.test(one.operator));
        fc.pre(one.subject !== "type" && one.path !== "ip" && !one.path.startsWith("library"));
        const fql = writeTrigger({ join: "and", conditions: [one] });
        fc.pre(readTrigger(fql) !== undefined);
        const parsed = parseFql(fql);
        expect("error" in parsed || validate(parsed, sampleEvent(fql, "id", NOW))).toBe(true);
      }),
    );
  });

  it.each([
    'type = "track" and (event = "A" or event = "B")',
    'type = "identify" or type = "track"',
    'type = "page" and properties.title = "X"',
    'type = "track" and event = "Signed Up"',
    'type = "group"',
  ])("is of the kind that %s asks for", (fql) => {
    expect(wouldFire(fql, sampleEvent(fql, "id", NOW))).toBe(true);
  });

  it("says that it is a test, also when the trigger cannot be read", () => {
    expect(sampleEvent("???", "id", NOW)).toMatchObject({ type: "track", event: "Inlet Test Event", messageId: "id" });
  });
});

describe("an event to try", () => {
  const row = (seq: number, raw: object, more: object = {}) => ({
    seq,
    receivedAt: 0,
    status: "accepted" as const,
    messageId: `m${seq}`,
    type: "track" as const,
    raw: JSON.stringify(raw),
    ...more,
  });

  it("is the newest that one of the triggers takes", () => {
    const rows = [row(3, { event: "B" }), row(2, { event: "A" }), row(1, { event: "A" })];
    expect(likelyEntry(rows, ['event = "C"', 'type = "track" and event = "A"'])?.seq).toBe(2);
    expect(likelyEntry(rows, ['event = "C"'])).toBeUndefined();
    expect(likelyEntry([row(1, {}, { truncated: true })], ['type = "track"'])).toBeUndefined();
  });

  it("is read from text with a sentence for what is wrong", () => {
    expect(readEvent('{"type":"track"}')).toEqual({ event: { type: "track" } });
    expect(readEvent("[1]")).toEqual({ problem: "An event is a JSON object." });
    expect(readEvent("{")).toMatchObject({ problem: expect.stringContaining("not JSON") });
    expect(readEvent("{}")).toMatchObject({ problem: expect.stringContaining('"type"') });
  });
});
