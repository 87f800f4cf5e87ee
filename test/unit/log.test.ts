import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { logError, logForeign, logWarn } from "../../src/log/log.ts";

const START = Date.parse("2026-11-22T12:00:00Z");
let lines: Record<string, unknown>[] = [];
let next = 0;
/** Each test logs events of its own: what was left out is kept by event. */
let event = "";

beforeEach(() => {
  lines = [];
  event = `test_event_${next++}`;
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  const keep = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  vi.spyOn(console, "error").mockImplementation(keep);
  vi.spyOn(console, "warn").mockImplementation(keep);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a log line", () => {
  it("is one JSON object with level, event, ids and the error; ids that are not known are left out", () => {
    logError(event, { sourceId: "src_1", shard: 0, ray: undefined }, new TypeError("R2 said no"));
    logWarn(event, { destinationId: "dst_1" });
    expect(lines).toEqual([
      {
        level: "error",
        event,
        sourceId: "src_1",
        shard: 0,
        error: { name: "TypeError", message: "R2 said no", stack: expect.stringContaining("log.test.ts") },
      },
      { level: "warn", event, destinationId: "dst_1" },
    ]);
  });

  it("is bounded, whatever an error says, and takes what is no error", () => {
    logError(event, { key: "k".repeat(1000) }, new Error("x".repeat(100_000)));
    logError(event, {}, "a text");
    expect(JSON.stringify(lines[0]).length).toBeLessThan(4000);
    expect(lines[1]).toMatchObject({ error: { message: "a text" } });
  });

  it("of code that works on events repeats nothing of what it was given", () => {
    logForeign(event, { destinationId: "dst_1" }, new RangeError("anna@example.com is\n    no address"));
    expect(JSON.stringify(lines)).not.toContain("anna");
    expect(lines[0]).toMatchObject({ error: { name: "RangeError", stack: expect.stringContaining(" at ") } });
    logForeign(event, {}, "anna@example.com");
    expect(JSON.stringify(lines)).not.toContain("anna");
  });
});

describe("a storm of one event", () => {
  it("writes the first few of a minute, then one in a hundred, and how many were left out", () => {
    for (let i = 0; i < 1000; i++) logError(event);
    expect(lines).toHaveLength(15);
    expect(lines.slice(0, 5).every((line) => !("omitted" in line))).toBe(true);
    expect(lines[5]).toMatchObject({ omitted: 94 });
    expect(lines[6]).toMatchObject({ omitted: 99 });
  });

  it("is never silent for a minute: the next one's first line says what was left out before it", () => {
    for (let i = 0; i < 50; i++) logError(event);
    vi.setSystemTime(START + 60_000);
    logError(event);
    expect(lines.at(-1)).toMatchObject({ omitted: 45 });
  });

  it("leaves other events alone, and outlives a clock that is set back", () => {
    for (let i = 0; i < 50; i++) logError(event);
    logError(`${event}_other`);
    expect(lines.at(-1)).toMatchObject({ event: `${event}_other` });
    vi.setSystemTime(START - 60_000);
    logError(event);
    expect(lines.at(-1)).toMatchObject({ event, omitted: 45 });
  });
});
