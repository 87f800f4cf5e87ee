import { describe, expect, it } from "vitest";
import { removedFrom } from "../../dashboard/logic/difference.ts";
import {
  clauseProblem,
  conditionText,
  insideNot,
  readCondition,
  writeCondition,
} from "../../dashboard/logic/filter-condition.ts";
import {
  actionProblem,
  bodyOf,
  draftOf,
  fieldsText,
  filterWords,
  missingIn,
  newAction,
  newFilter,
  readFields,
} from "../../dashboard/logic/filter-draft.ts";
import type { Condition } from "../../dashboard/logic/conditions.ts";
import { compileCondition } from "../../src/core/fql/evaluate.ts";
import { parseCondition } from "../../src/core/fql/parser.ts";

const condition = (given: Partial<Condition>): Condition => ({
  subject: "properties",
  path: "plan",
  operator: "=",
  value: "pro",
  ...given,
});

/** What the collector's own reader makes of an event. */
function holds(text: string, event: object): boolean {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  const result = compileCondition(parsed.value)(event as Record<string, unknown>);
  if (!result.ok) throw new Error(`${text}: ${result.error}`);
  return result.value;
}

describe("a filter's condition in the builder", () => {
  const track = {
    type: "track",
    event: "Order Completed",
    properties: { plan: "pro", total: 12, "a.b": "x", vip: true },
  };
  it.each([
    [condition({}), 'properties.plan = "pro"', true],
    [condition({ operator: "!=" }), 'properties.plan != "pro"', false],
    [condition({ operator: "contains", value: "r" }), 'contains(properties.plan, "r")', true],
    [condition({ operator: "not_contains", value: "r" }), '!contains(properties.plan, "r")', false],
    [condition({ operator: "starts_with", value: "p" }), 'match(properties.plan, "p*")', true],
    [condition({ operator: "not_ends_with", value: "o" }), '!match(properties.plan, "*o")', false],
    [condition({ operator: "exists", value: "" }), "properties.plan != null", true],
    [condition({ operator: "not_exists", value: "" }), "properties.plan = null", false],
    [condition({ path: "total", operator: ">", value: "11.5" }), "properties.total > 11.5", true],
    [condition({ path: "total", operator: "number_not_equals", value: "12" }), "properties.total != 12", false],
    [condition({ path: "vip", operator: "is_true", value: "" }), "properties.vip = true", true],
    [condition({ path: "a\\.b", value: "x" }), 'properties.a\\.b = "x"', true],
    [condition({ path: "first name", operator: "not_exists", value: "" }), "properties.first\\ name = null", true],
    [condition({ subject: "event", path: "", operator: "!=", value: 'say "hi"' }), `event != 'say "hi"'`, true],
    [condition({ subject: "type", path: "", value: "track" }), 'type = "track"', true],
  ])("%o is the text %s, and the collector reads it so", (one, text, result) => {
    const built = { join: "and" as const, conditions: [one] };
    expect(clauseProblem(one)).toBeUndefined();
    expect(writeCondition(built)).toBe(text);
    expect(readCondition(text)).toEqual(built);
    expect(holds(text, track)).toBe(result);
  });

  it("reads several, joined by one word; words inside quotes join nothing", () => {
    const text = 'type = "track" or event = "this and that"';
    expect(readCondition(text)?.join).toBe("or");
    expect(readCondition(text)?.conditions.map(({ value }) => value)).toEqual(["track", "this and that"]);
    expect(writeCondition(readCondition(text)!)).toBe(text);
  });

  it.each([
    'type = "a" and type = "b" or type = "c"',
    "length(event) > 3",
    '(type = "track")',
    'messageId = "x"',
    "type in ['a']",
    'match(event, "a*b*")',
    "all",
  ])("leaves %s as text", (text) => expect(readCondition(text)).toBeUndefined());

  it("says what cannot be written", () => {
    expect(clauseProblem(condition({ path: " " }))).toBe("Which of the properties?");
    expect(clauseProblem(condition({ operator: "<", value: "ten" }))).toBe("A number is needed.");
    expect(clauseProblem(condition({ value: `"'` }))).toContain("not both");
    expect(clauseProblem(condition({ operator: "starts_with", value: "a*" }))).toContain("patterns");
  });

  it("is said in words", () => {
    expect(conditionText("all")).toBe("All events");
    expect(conditionText('type = "track" and properties.total > 5')).toBe("Track calls where properties.total > 5");
  });
});

describe("a filter's actions", () => {
  const saved = { id: "f", destinationId: "d", sourceId: "s", title: "T", enabled: true, createdAt: "", updatedAt: "" };

  it("keeps “only send” as a drop with the condition turned around", () => {
    const draft = { ...newFilter("s"), title: "T", actions: [newAction("ONLY")] };
    const body = bodyOf(draft);
    expect(body).toEqual({ title: "T", if: '!(type = "track")', actions: [{ type: "DROP" }] });
    expect(draftOf({ ...saved, ...body! })).toEqual(draft);
    expect(filterWords(body!)).toBe("Only sends: Track calls");
    expect(actionProblem(newAction("ONLY"), false)).toContain("stands alone");
  });

  it("says what it needs before it can be saved", () => {
    const named = { ...newFilter("s"), title: "T" };
    expect(missingIn(newFilter("s"), true)).toBe("It needs a name.");
    expect(missingIn(named, false)).toBe("A condition is not complete.");
    expect(missingIn({ ...named, actions: [newAction("DROP_PROPERTIES")] }, true)).toBe("Name at least one field.");
    expect(missingIn(named, true)).toBeUndefined();
  });

  it("takes a condition for turned around only when its brackets belong together", () => {
    expect(insideNot('!(type = ")")')).toBe('type = ")"');
    expect(insideNot('!(type = "a") and !(type = "b")')).toBeUndefined();
  });

  it("reads percent without what binary fractions add", () => {
    const action = { type: "SAMPLE", percent: 0.07, path: "userId" } as const;
    const draft = draftOf({ ...saved, if: "all", actions: [action] });
    expect(draft.actions[0]).toMatchObject({ percent: "7", path: "userId" });
    expect(bodyOf(draft)?.actions).toEqual([action]);
    expect(bodyOf({ ...draft, actions: [{ ...newAction("SAMPLE"), percent: "101" }] })).toBeUndefined();
  });

  it("writes fields as paths and reads them back, also names with dots", () => {
    const fields = { properties: ["email", "a.b"], "context.traits": ["phone"], "": ["userId"] };
    expect(fieldsText(fields)).toBe("properties.email\nproperties.a\\.b\ncontext.traits.phone\nuserId");
    expect(readFields(fieldsText(fields))).toEqual(fields);
    expect(readFields(" , \n")).toEqual({});
  });

  it("names what was taken out of an event, the outermost parts only", () => {
    const before = { a: 1, properties: { email: "x", list: [{ b: 1, c: 2 }] }, context: { ip: "1" } };
    const after = { a: 1, properties: { list: [{ b: 1 }] } };
    expect(removedFrom(before, after)).toEqual([
      { path: "properties.email", value: '"x"' },
      { path: "properties.list[0].c", value: "2" },
      { path: "context", value: '{"ip":"1"}' },
    ]);
  });
});
