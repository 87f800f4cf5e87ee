import { describe, expect, it } from "vitest";
import type { AnswerLine, Figures } from "../../dashboard/logic/archive-hits.ts";
import { type Page, questionOf } from "../../dashboard/logic/archive-question.ts";
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

const NOW = Date.parse("2026-11-22T12:00:00.000Z");
const HOUR = 3_600_000;
const plain = questionOf({}, NOW);
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
