import { afterEach, describe, expect, it, vi } from "vitest";
import { reconnectDelay } from "../../dashboard/logic/backoff.ts";
import { dayOf, deliveryAnswer, successShare } from "../../dashboard/logic/delivery.ts";
import { entryTitle, entryUser } from "../../dashboard/logic/entry-text.ts";
import { sortProblems } from "../../dashboard/logic/field-errors.ts";
import { isChosen, toggle } from "../../dashboard/logic/filters.ts";
import { malformedIn, textOf, valueOf } from "../../dashboard/logic/setting-text.ts";
import { innerPath, parseSearch, stringifySearch, textParams } from "../../dashboard/logic/search-params.ts";
import { foldSeries } from "../../dashboard/logic/series.ts";
import {
  absoluteTime,
  duration,
  elapsed,
  plural,
  relativeTime,
  share,
  timeUntil,
} from "../../dashboard/logic/times.ts";

describe("times", () => {
  it.each([
    [0, "just now"],
    [-5000, "just now"],
    [300, "0.3 s ago"],
    [12_000, "12 s ago"],
    [240_000, "4 min ago"],
    [3 * 3_600_000, "3 h ago"],
    [49 * 3_600_000, "2 d ago"],
  ])("an age of %i ms reads %s", (age, words) => {
    expect(relativeTime(1_000_000_000 - age, 1_000_000_000)).toBe(words);
  });

  it.each([
    [-1, "any moment now"],
    [40_000, "in 40 s"],
    [90_000, "in 2 min"],
    [24 * 3_600_000, "in 24 h"],
    [7 * 24 * 3_600_000, "in 7 d"],
  ])("%i ms ahead reads %s", (left, words) => {
    expect(timeUntil(1_000_000 + left, 1_000_000)).toBe(words);
  });

  it("durations use the largest unit that divides them", () => {
    expect([duration(86_400_000), duration(36 * 3_600_000), duration(1500)]).toEqual(["1 day", "36 hours", "1500 ms"]);
  });
});

describe("absolute times", () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  afterEach(() => vi.unstubAllEnvs());

  it("are told in local time and in UTC", () => {
    vi.stubEnv("TZ", "Asia/Tokyo");
    expect(absoluteTime(at)).toMatch(/^.+ · 2026-01-02 03:04:05\.678 UTC$/);
  });

  it("are told once where both are the same", () => {
    vi.stubEnv("TZ", "UTC");
    expect(absoluteTime(at)).toBe("2026-01-02 03:04:05.678 UTC");
  });
});

describe("how long it took", () => {
  it.each([
    [20, "< 0.1 s"],
    [840, "0.8 s"],
    [9960, "9.9 s"],
    [59_990, "59 s"],
    [60_000, "1 min"],
    [270_000, "4.5 min"],
    [3 * 3_600_000, "3 h"],
    [49 * 3_600_000, "2 d"],
  ])("%i ms reads %s", (ms, words) => {
    expect(elapsed(ms)).toBe(words);
  });
});

describe("numbers", () => {
  it("are grouped and agree with their noun", () => {
    expect([plural(1, "event"), plural(1200, "event"), plural(2, "copy", "copies")]).toEqual([
      "1 event",
      "1,200 events",
      "2 copies",
    ]);
  });

  it("a share is never 0 % of something that happened, nor 100 % of something incomplete", () => {
    expect([share(0, 10), share(1, 100_000), share(99_999, 100_000), share(1, 3), share(5, 5), share(1, 0)]).toEqual([
      "0\u00a0%",
      "< 0.1\u00a0%",
      "> 99.9\u00a0%",
      "33\u00a0%",
      "100\u00a0%",
      "0\u00a0%",
    ]);
  });

  it("a series is folded without losing a count, its last bar ending with the last value", () => {
    const minutes = Array.from({ length: 1441 }, (_, index) => (index === 1440 ? 5 : 1));
    const bars = foldSeries(minutes, 24);
    expect(bars.length).toBeLessThanOrEqual(24);
    expect(bars.reduce((sum, value) => sum + value, 0)).toBe(1445);
    expect(foldSeries([1, 2, 3], 24)).toEqual([1, 2, 3]);
  });
});

describe("the address", () => {
  it("keeps text as text and drops what is empty", () => {
    expect(parseSearch("?q=42&type=track%2Cpage")).toEqual({ q: "42", type: "track,page" });
    expect(stringifySearch({ q: "a b&c", type: undefined, status: "" })).toBe("?q=a+b%26c");
  });

  it("takes only the parameters a route knows", () => {
    expect(textParams("q", "entry")({ q: "x", entry: 7, other: "y" })).toEqual({ q: "x" });
  });

  it.each([
    ["/sources/a?q=1", "/sources/a?q=1"],
    ["//evil.example", "/"],
    [String.raw`/\evil.example`, "/"],
    ["https://evil.example", "/"],
    ["/sign-in?to=/", "/"],
    [undefined, "/"],
  ])("after signing in, %s leads to %s", (to, path) => {
    expect(innerPath(to)).toBe(path);
  });

  it("a filter holds several values", () => {
    expect(toggle(undefined, "track")).toBe("track");
    expect(toggle("track,page", "track")).toBe("page");
    expect(toggle("track", "track")).toBeUndefined();
    expect(isChosen("track,page", "page")).toBe(true);
    expect(isChosen("trackpage", "page")).toBe(false);
  });
});

describe("forms", () => {
  it("show each problem at its field, the rest above the buttons", () => {
    const sorted = sortProblems(
      [
        { type: "invalid", message: "too small", field: "settings.dedupWindowHours" },
        { type: "invalid", message: "not an origin", field: "allowedOrigins.2" },
        { type: "invalid", message: "not an origin either", field: "allowedOrigins[3]" },
        { type: "invalid", message: "unknown", field: "other" },
        { type: "conflict", message: "taken" },
      ],
      ["dedupWindowHours", "allowedOrigins"],
    );
    expect(sorted).toEqual({
      fields: { dedupWindowHours: "Too small", allowedOrigins: "Not an origin" },
      general: ["other: unknown", "Taken"],
    });
  });

  it("maps are written as lines and read back", () => {
    const option = {
      name: "headers",
      label: "Headers",
      type: "map" as const,
      required: false,
      description: "",
      secret: false,
    };
    const text = textOf(option, { "X-A": "b: c", "X-B": "d" });
    expect(text).toBe("X-A: b: c\nX-B: d");
    expect(valueOf(option, `${text}\n\nbroken`)).toEqual({ "X-A": "b: c", "X-B": "d", broken: "" });
    expect(valueOf(option, "  ")).toBeNull();
  });

  it("a line of a map without a colon is complained of, not taken for a name", () => {
    const map = { name: "headers", label: "", type: "map" as const, required: false, description: "", secret: false };
    const text = { ...map, name: "note", type: "string" as const };
    const complaintsOf = (headers: string) => malformedIn([map, text], { headers, note: "no colon here" });
    expect(complaintsOf("X-A: b\n\nX-B:\n")).toEqual({});
    expect(Object.keys(complaintsOf("X-A: b\nbroken"))).toEqual(["headers"]);
    expect(complaintsOf("X-A: b\nbroken")["headers"]).toContain("Line 2");
    expect(complaintsOf(" : b")["headers"]).toContain("Line 1");
  });

  it("an absent setting shows its default", () => {
    const option = {
      name: "method",
      label: "",
      type: "select" as const,
      required: false,
      description: "",
      secret: false,
      defaultValue: "POST",
    };
    expect(textOf(option, undefined)).toBe("POST");
  });
});

describe("rows", () => {
  const row = { seq: 1, receivedAt: 0, status: "accepted" as const, raw: `{"x":1}` };

  it("are called what a person would call the event", () => {
    expect(entryTitle({ ...row, type: "track", name: "Signed Up" })).toBe("Signed Up");
    expect(entryTitle({ ...row, type: "identify", userId: "u1" })).toBe("u1");
    expect(entryTitle({ ...row, type: "track" })).toBe("(unnamed track)");
    expect(entryTitle(row)).toBe(`{"x":1}`);
    expect(entryTitle({ ...row, raw: "" })).toBe("(empty request)");
  });

  it("bound what a payload can put into them and show what would act unseen", () => {
    expect(entryTitle({ ...row, type: "track", name: "x".repeat(10_000) }).length).toBeLessThan(200);
    expect(entryUser({ ...row, userId: "\u202euser" })).toBe(String.raw`\u202euser`);
  });
});

describe("reconnecting", () => {
  it("waits longer each time, at most 15 s, and never in step with others", () => {
    expect(reconnectDelay(0, 0)).toBe(250);
    expect(reconnectDelay(0, 1)).toBe(500);
    expect(reconnectDelay(3, 1)).toBe(4000);
    expect(reconnectDelay(1000, 1)).toBe(15_000);
  });
});

describe("the sentence about deliveries", () => {
  const day = (name: string, delivered: number, waiting: number, givenUp: number, dropped = 0) => ({
    name,
    delivered,
    waiting,
    givenUp,
    dropped,
  });

  it("says that all is delivered, or that nothing is yet", () => {
    expect(deliveryAnswer([day("Hook", 11, 0, 0), day("CRM", 1, 0, 0)])).toBe("All delivered");
    expect(deliveryAnswer([day("Hook", 0, 0, 0)])).toBe("Nothing delivered yet");
  });

  it("does not go on telling of what was given up and has been sent again since", () => {
    const counts = { delivered: 5, waiting: 0, retrying: 0, dropped: 0 };
    expect(deliveryAnswer([dayOf("Hook", { ...counts, abandoned: 5, resent: 5 })])).toBe("All delivered");
    expect(deliveryAnswer([dayOf("Hook", { ...counts, abandoned: 6, resent: 5 })])).toBe("1 given up at Hook");
    expect(successShare(dayOf("Hook", { ...counts, abandoned: 2, resent: 5 }))).toBe("100\u00a0%");
  });

  it("does not call all delivered what was dropped on the way", () => {
    expect(deliveryAnswer([day("Hook", 11, 0, 0, 3)])).toBe("11 delivered, 3 dropped");
  });

  it("names what is given up and what waits, and where, a crowd by its number", () => {
    expect(deliveryAnswer([day("Hook", 9, 2, 0), day("CRM", 9, 0, 2), day("Fine", 9, 0, 0)])).toBe(
      "2 given up, 2 waiting at Hook and CRM",
    );
    expect(deliveryAnswer([day("A", 0, 1, 0), day("B", 0, 1, 0), day("C", 0, 1, 0)])).toBe(
      "3 waiting at 3 destinations",
    );
  });
});
