import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFilter, DebuggerFilter, sentenceOf, toEntry } from "../../src/core/debugger.ts";
import type { Sample } from "../../src/core/sample.ts";

const sample = (over: Partial<Sample> = {}): Sample => ({
  receivedAt: 1,
  status: "accepted",
  type: "track",
  name: "Order Completed",
  messageId: "m-1",
  userId: "ada",
  raw: '{"type":"track","event":"Order Completed","properties":{"plan":"pro","city":"Z\\u00fcrich"}}',
  ...over,
});
const shows = (filter: DebuggerFilter, over: Partial<Sample> = {}): boolean =>
  compileFilter(DebuggerFilter.parse(filter))(toEntry(sample(over), 1));

describe("the debugger's filter", () => {
  it.each<[string, DebuggerFilter, boolean]>([
    ["an empty filter shows everything", { q: "", type: "", event: "", status: "" }, true],
    ["text is found in the payload whatever its case", { q: "ORDER comp" }, true],
    ["text copied from indented JSON is found in the compact payload", { q: '"plan": "pro"' }, true],
    ["text that the client escaped is found as a person writes it", { q: "zürich" }, true],
    ["text is found in the ids", { q: "m-1" }, true],
    ["text that is nowhere hides the event", { q: "refund" }, false],
    ["one of several types is enough", { type: "page,track" }, true],
    ["another type hides it", { type: "identify" }, false],
    ["part of the event's name is enough", { event: "completed" }, true],
    ["the name is not searched in the payload", { event: "zürich" }, false],
    ["every part has to hold", { event: "Order", status: "refused" }, false],
    ["statuses are a list too", { status: "accepted,refused" }, true],
  ])("%s", (_rule, filter, expected) => {
    expect(shows(filter)).toBe(expected);
  });

  it("finds a refused event by its reason, as code and in words", () => {
    const refused = { status: "refused", reason: "event_not_defined", raw: "{}" } as const;
    expect(shows({ q: "event_not_defined" }, refused)).toBe(true);
    expect(shows({ q: "needs an event name" }, refused)).toBe(true);
  });

  it("hides an event without a name from every search by name", () => {
    const { name: _name, ...nameless } = sample();
    expect(compileFilter({ event: "x" })(toEntry(nameless, 1))).toBe(false);
  });

  it("refuses types and statuses that do not exist", () => {
    expect(DebuggerFilter.safeParse({ type: "track,purchase" }).success).toBe(false);
    expect(DebuggerFilter.safeParse({ status: "lost" }).success).toBe(false);
  });

  it("judges any text and any payload without throwing", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: "binary" }), (q, raw) => {
        compileFilter({ q })(toEntry(sample({ raw }), 1));
      }),
    );
  });
});

describe("an entry", () => {
  it("says its reason in words with the detail", () => {
    const entry = toEntry(sample({ status: "refused", reason: "id_required", detail: "groupId" }), 7);
    expect(entry).toMatchObject({ seq: 7, sentence: "An id this call needs is missing or empty: groupId." });
  });

  it("keeps a code of another version as it is", () => {
    expect(sentenceOf("toString")).toBe("toString");
  });
});
