import { describe, expect, it } from "vitest";
import { ARCHIVE_PARAMS } from "../../dashboard/logic/archive-params.ts";
import { kindName, searchOfDay } from "../../dashboard/logic/archive-days.ts";
import { type AnswerLine, type Figures, type Hit, readAnswerLine } from "../../dashboard/logic/archive-hits.ts";
import {
  addressOf,
  foldedCount,
  isNarrowed,
  type Page,
  pageParams,
  type Question,
  questionOf,
  replayOf,
} from "../../dashboard/logic/archive-question.ts";
import {
  canGoOn,
  closeRun,
  continueRun,
  leftOf,
  newRun,
  type Run,
  shareDone,
  stopRun,
  takeLines,
  totalOf,
} from "../../dashboard/logic/archive-run.ts";
import { goOnWords, runCaveats, runDetail, runTitle } from "../../dashboard/logic/archive-words.ts";
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

const figures = (given: Partial<Figures> = {}): Figures => ({
  segments: 0,
  skipped: 0,
  events: 0,
  matched: 0,
  undecided: 0,
  missing: 0,
  bytes: 0,
  ...given,
});
const page: Page = { question: plain, window: { from: NOW - 10 * HOUR, to: NOW } };
const hit = (key: string, receivedAt = NOW): AnswerLine => ({
  hit: { key, receivedAt, type: "track", title: key, user: "", messageId: key, raw: "{}" },
});
const progress = (position: number, given?: Partial<Figures>): AnswerLine => ({
  progress: { ...figures(given), position: new Date(position).toISOString() },
});
const keys = (run: Run): readonly string[] => run.hits.map(({ key }) => key);

describe("a search that is answered little by little", () => {
  it("gathers what comes, in order, until its last line", () => {
    const run = takeLines(newRun(page), [hit("a"), progress(NOW - HOUR, { events: 10 }), hit("b")]);
    expect(run).toMatchObject({ status: "running", position: NOW - HOUR, figures: { events: 10 } });
    const over = closeRun(takeLines(run, [{ end: { ...figures({ events: 20 }), reason: "complete" } }]));
    expect(over).toMatchObject({ status: "ended", figures: { events: 20 } });
    expect(keys(over)).toEqual(["a", "b"]);
    expect(canGoOn(over)).toBe(false);
  });

  it("goes on with the cursor and adds up what was looked through", () => {
    const run = takeLines(newRun(page), [
      hit("a"),
      { end: { ...figures({ events: 20, bytes: 5 }), reason: "budget", cursor: "desc.9" } },
    ]);
    const next = continueRun(run);
    expect(next).toMatchObject({ status: "running", page: { cursor: "desc.9", window: page.window } });
    expect(totalOf(takeLines(next, [progress(NOW - 2 * HOUR, { events: 3, bytes: 1 })]))).toMatchObject({
      events: 23,
      bytes: 6,
    });
  });

  it("goes on from where it had come to when it was stopped, and shows nothing twice", () => {
    const stopped = stopRun(takeLines(newRun(page), [hit("a"), progress(NOW - HOUR), hit("b")]));
    expect(stopped.status).toBe("stopped");
    const next = continueRun(stopped);
    expect(next.page).toEqual({ question: plain, window: { from: NOW - 10 * HOUR, to: NOW - HOUR + 1 } });
    expect(keys(takeLines(next, [hit("b"), hit("c")]))).toEqual(["a", "b", "c"]);
  });

  it("goes on upwards when the oldest come first", () => {
    const upwards: Page = { ...page, question: { ...plain, order: "asc" } };
    const next = continueRun(stopRun(takeLines(newRun(upwards), [progress(NOW - HOUR)])));
    expect(next.page.window).toEqual({ from: NOW - HOUR, to: NOW });
  });

  it("asks the same page again when it had told of no position", () => {
    expect(continueRun(stopRun(newRun(page))).page).toEqual(page);
    const later: Page = { ...page, cursor: "desc.9" };
    expect(continueRun(closeRun(newRun(later))).page).toEqual(later);
  });

  it("is cut when it ends without its last line, or with an error", () => {
    expect(closeRun(newRun(page)).status).toBe("cut");
    const error = new Error("gone");
    const cut = closeRun(takeLines(newRun(page), [hit("a")]), error);
    expect(cut).toMatchObject({ status: "cut", error });
    expect(runTitle(cut)).toBe("The search broke off. 1 event found so far.");
    expect(canGoOn(cut)).toBe(true);
  });

  it("is as far as its position, by time", () => {
    const whole = { from: NOW - 10 * HOUR, to: NOW };
    const run = takeLines(newRun(page), [progress(NOW - 4 * HOUR)]);
    expect(shareDone(newRun(page), whole)).toBe(0);
    expect(shareDone(run, whole)).toBeCloseTo(0.4);
    expect(leftOf(run, whole)).toEqual({ from: NOW - 10 * HOUR, to: NOW - 4 * HOUR });
    expect(shareDone(takeLines(run, [{ end: { ...figures(), reason: "complete" } }]), whole)).toBe(1);
  });

  it("says how it stands", () => {
    expect(runTitle(newRun(page))).toBe("Searching…");
    const end = (reason: "complete" | "limit" | "budget" | "failed", hits: AnswerLine[] = []): Run =>
      takeLines(newRun(page), [...hits, { end: { ...figures({ events: 1200, bytes: 5000, skipped: 1 }), reason } }]);
    expect(runTitle(end("complete"))).toBe("Nothing found.");
    expect(runTitle(end("complete", [hit("a")]))).toBe("1 event found; that is all of them.");
    expect(runTitle(end("limit", [hit("a"), hit("b")]))).toBe("The newest 2 events; there are more.");
    expect(runTitle(end("budget"))).toBe("Nothing found so far, and there is more to look through.");
    expect(runTitle(end("failed"))).toBe("The archive could not be read on. Nothing found so far.");
    expect(runDetail(end("complete"), 0)).toBe(
      "1,200 events looked through (5\u00a0kB), the whole time. 1 segment passed over: none of these events in it.",
    );
    expect(runDetail(end("limit", [hit("a", NOW - HOUR)]), 7)).toContain("back to 2026-11-22 11:00 UTC");
    expect(runDetail(takeLines(newRun(page), [progress(NOW - HOUR)]), 5000)).toContain("Roughly 5,000 events left.");
    expect(goOnWords(end("limit"))).toBe("Show more");
    expect(goOnWords(end("budget"))).toBe("Go on searching");
  });

  it("says what its results leave out", () => {
    const run = takeLines(newRun(page), [
      { end: { ...figures({ undecided: 1, missing: 2 }), reason: "complete", adopting: true } },
    ]);
    expect(runCaveats(run)).toHaveLength(3);
    expect(runCaveats(newRun(page))).toEqual([]);
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
