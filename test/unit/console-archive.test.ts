import { describe, expect, it } from "vitest";
import { ARCHIVE_PARAMS } from "../../dashboard/logic/archive-params.ts";
import { kindName, searchOfDay } from "../../dashboard/logic/archive-days.ts";
import { type Hit, readAnswerLine } from "../../dashboard/logic/archive-hits.ts";
import {
  addressOf,
  foldedCount,
  isNarrowed,
  pageParams,
  type Question,
  questionOf,
  replayOf,
} from "../../dashboard/logic/archive-question.ts";
import { LineSplitter } from "../../dashboard/logic/line-splitter.ts";
import { draftOf } from "../../dashboard/logic/replay-draft.ts";
import { parseSearch, stringifySearch, textParams } from "../../dashboard/logic/search-params.ts";
import {
  deletedBefore,
  isShorter,
  keptFor,
  readRetention,
  RETENTION_CHOICES,
  sourceRetentionChoices,
} from "../../dashboard/logic/retention.ts";
import { RETENTION_DAYS } from "../../src/core/retention.ts";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");
const HOUR = 3_600_000;

describe("lines that come in pieces", () => {
  it.each([1, 2, 3, 5, 7, 100])("are the same lines in pieces of %i", (size) => {
    const text = '{"a":1}\n{"b":"ü🎉"}\n\n{"c":3}\n{"d":4}';
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += size) lines.push(...splitter.push(text.slice(at, at + size)));
    lines.push(...splitter.end());
    expect(lines).toEqual(['{"a":1}', '{"b":"ü🎉"}', '{"c":3}', '{"d":4}']);
  });

  it("gives nothing for an answer without any", () => {
    const splitter = new LineSplitter();
    expect([...splitter.push(""), ...splitter.push("\n"), ...splitter.end(), ...splitter.end()]).toEqual([]);
  });
});

const at = { segment: "segment-logs/src1/1795305600000/0-00000007.gz", line: 3 };

function hitOf(event: object): Hit {
  const read = readAnswerLine(`{"event":${JSON.stringify(event)},"at":${JSON.stringify(at)}}`);
  if (read === undefined || !("hit" in read)) throw new Error("no hit");
  return read.hit;
}

describe("an event found", () => {
  it("keeps its text exactly, long numbers and repeated keys included", () => {
    const raw =
      '{"type":"track","event":"A","n":12345678901234567890,"n":1.0,"x":",\\"at\\":{\\"segment\\":\\"no\\"}"}';
    const read = readAnswerLine(`{"event":${raw},"at":${JSON.stringify(at)}}`);
    expect(read).toMatchObject({ hit: { raw, title: "A", type: "track" } });
  });

  it("is named by its place in the archive of its source", () => {
    expect(hitOf({ type: "track", event: "A" }).key).toBe("1795305600000/0-00000007:3");
  });

  it.each([
    [{ type: "track", event: "Order Completed", userId: "u" }, "Order Completed", "u"],
    [{ type: "page", category: "Docs", anonymousId: "a" }, "Docs", "a"],
    [{ type: "page", properties: { path: "/x" } }, "/x", ""],
    [{ type: "identify", userId: "u" }, "u", "u"],
    [{ type: "group", groupId: "g", userId: "u" }, "g", "u"],
    [{ type: "track", event: 5 }, "(unnamed track)", ""],
    [{}, "(unnamed event)", ""],
  ])("%j is called %s, of user %s", (event, title, user) => {
    expect(hitOf(event)).toMatchObject({ title, user });
  });

  it("shows no text that acts unseen, and no more of it than a row holds", () => {
    expect(hitOf({ type: "track", event: `a\u202eb` }).title).not.toContain("\u202e");
    expect(hitOf({ type: "track", event: "x".repeat(5000) }).title.length).toBeLessThan(200);
  });

  it("is not made of lines that are something else", () => {
    expect(readAnswerLine("not JSON")).toBeUndefined();
    expect(readAnswerLine('{"news":1}')).toBeUndefined();
    expect(readAnswerLine('"event"')).toBeUndefined();
  });
});

const plain: Question = questionOf({}, NOW);
/** What the next visitor of the address is asked. */
const visited = (question: Question): Question =>
  questionOf(textParams(...ARCHIVE_PARAMS)(parseSearch(stringifySearch(addressOf(question)))), NOW);

describe("a question in the address", () => {
  it("comes back as it was", () => {
    const asked: Question = {
      text: "ab c",
      userId: "u,1",
      types: ["track", "page"],
      events: ["A, B", 'C "quoted"'],
      filter: 'properties.total > 100 and event = "A"',
      range: "7d",
      from: plain.from,
      to: plain.to,
      order: "asc",
    };
    expect(visited(asked)).toEqual(asked);
    const own: Question = { ...asked, range: "own", from: "2026-01-01T00:00", to: "2026-01-02T00:00" };
    expect(visited(own)).toEqual(own);
  });

  it("leaves no trace of what is as usual", () => {
    expect(Object.values(addressOf(plain)).filter((text) => text !== "")).toEqual([]);
    expect(isNarrowed(plain)).toBe(false);
    expect(foldedCount({ ...plain, userId: "u", events: ["A"] })).toBe(2);
  });

  it("makes sense of an address that was written by hand", () => {
    expect(questionOf({ types: "track,nonsense", events: "{", range: "own", order: "sideways" }, NOW)).toMatchObject({
      types: ["track"],
      events: [],
      range: "24h",
      order: "desc",
    });
    expect(questionOf({ events: '["A",5,""]' }, NOW).events).toEqual(["A"]);
  });

  it("is asked of the control plane with names and types one by one", () => {
    const question: Question = {
      ...plain,
      text: "x",
      types: ["track", "page"],
      events: ["A, B", "C"],
      filter: " f = 1 ",
    };
    const params = pageParams({ question, window: { from: 0, to: NOW }, cursor: "desc.5" });
    expect(params.getAll("types")).toEqual(["track", "page"]);
    expect(params.getAll("events")).toEqual(["A, B", "C"]);
    expect(Object.fromEntries(params)).toMatchObject({ text: "x", filter: "f = 1", cursor: "desc.5", order: "desc" });
    expect(params.has("startTime")).toBe(false);
    expect(params.get("endTime")).toBe("2026-11-22T12:00:00.000Z");
  });

  it("asks for no names of track calls beside types without them", () => {
    const question: Question = { ...plain, types: ["page"], events: ["A"] };
    expect(pageParams({ question, window: { from: 1, to: 2 } }).has("events")).toBe(false);
  });
});

describe("sending what was found again", () => {
  const draftFrom = (question: Question) =>
    draftOf(Object.fromEntries(new URL(replayOf("src1", question).href, "http://x").searchParams), NOW);

  it("begins a replay of the same source, time, types, names and condition", () => {
    const question: Question = { ...plain, range: "7d", types: ["track"], events: ["A, B"], filter: "a = 1" };
    expect(draftFrom(question)).toMatchObject({
      sourceId: "src1",
      range: "7d",
      types: ["track"],
      events: ["A, B"],
      condition: "a = 1",
    });
    const own: Question = { ...plain, range: "own", from: "2026-01-01T00:00", to: "2026-01-02T00:00" };
    expect(draftFrom(own)).toMatchObject({ range: "own", from: "2026-01-01T00:00", to: "2026-01-02T00:00" });
  });

  it("says the user as a condition, and what cannot be said", () => {
    expect(draftFrom({ ...plain, userId: 'u"1', filter: "a = 1 or b = 2" }).condition).toBe(
      `(a = 1 or b = 2) and userId = 'u"1'`,
    );
    expect(draftFrom({ ...plain, userId: "u1" }).condition).toBe('userId = "u1"');
    expect(replayOf("s", { ...plain, userId: "u1" }).exact).toBe(true);
    expect(replayOf("s", { ...plain, text: "x" }).exact).toBe(false);
    expect(replayOf("s", { ...plain, userId: `"'` }).exact).toBe(false);
  });
});

describe("a day", () => {
  it("is searched by its times, and by one of its kinds", () => {
    const day = { firstAt: "2026-11-21T00:10:30.000Z", lastAt: "2026-11-21T23:59:59.500Z" };
    expect(searchOfDay(day)).toEqual({ view: "search", from: "2026-11-21T00:10", to: "2026-11-22T00:00" });
    expect(searchOfDay(day, { type: "track", name: "A, B" })).toMatchObject({ events: '["A, B"]' });
    expect(searchOfDay(day, { type: "page", name: "Home" })).toMatchObject({ types: "page" });
    expect(searchOfDay(day, { type: "track", name: "(other)" })).toMatchObject({ types: "track" });
  });

  it("calls its kinds as a person would", () => {
    expect(kindName("track", "Order Completed")).toBe("Order Completed");
    expect(kindName("page", "Home")).toBe("page: Home");
    expect(kindName("identify", undefined)).toBe("identify");
    expect(kindName("track", "(other)")).toBe("other names");
  });
});

describe("retention", () => {
  it("offers what the control plane takes", () => {
    expect(RETENTION_CHOICES.map(([days]) => Number(days))).toEqual([...RETENTION_DAYS]);
    expect(sourceRetentionChoices(90)[0]).toEqual(["", "As the workspace (90 days)"]);
    expect(RETENTION_DAYS.map((days) => readRetention(String(days)))).toEqual([...RETENTION_DAYS]);
    expect(readRetention("")).toBeNull();
    expect(keptFor(0)).toBe("for ever");
  });

  it.each([
    [30, 0, true],
    [0, 30, false],
    [30, 90, true],
    [90, 30, false],
    [90, 90, false],
    [0, 0, false],
  ])("%i instead of %i days is shorter: %s", (next, saved, shorter) => {
    expect(isShorter(next, saved)).toBe(shorter);
  });

  it("deletes what is older, and nothing when it is for ever", () => {
    expect(deletedBefore(30, NOW)).toBe(NOW - 30 * 24 * HOUR);
    expect(deletedBefore(0, NOW)).toBeUndefined();
  });
});
