import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, maskHeader, maskUrl } from "../../src/core/mask.ts";
import { selectLines, splitLines } from "../../src/core/segment-lines.ts";
import { deadLettersOf, parseLine, settleCells, type CellFate, type Fate } from "../../src/core/settle-lines.ts";

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe("reading a segment", () => {
  it("puts lines together however the text is cut", async () => {
    const lines = fc.array(
      fc.string().map((text) => text.replaceAll("\n", "") || "x"),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (lines, size) => {
        const text = `${lines.join("\n")}\n`;
        const cut = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
          text.slice(i * size, (i + 1) * size),
        );
        expect(await collect(splitLines(pieces(...cut)))).toEqual(lines);
      }),
    );
  });

  it("picks the wanted lines and reads no further than the last one", async () => {
    let read = 0;
    async function* counting(): AsyncGenerator<string> {
      for (const text of ["a", "b", "c", "d"]) {
        read++;
        yield text;
      }
    }
    expect(await collect(selectLines(counting(), [0, 2]))).toEqual([
      { line: 0, text: "a" },
      { line: 2, text: "c" },
    ]);
    expect(read).toBe(3);
  });
});

describe("one line", () => {
  it("loses _metadata and nothing else", () => {
    expect(parseLine(4, '{"a":1,"_metadata":{"bundled":[]}}')).toEqual({
      line: 4,
      text: '{"a":1,"_metadata":{"bundled":[]}}',
      event: { a: 1 },
    });
  });

  it.each(["", "{", "null", "[]", "1"])("that reads %j is no event", (text) => {
    expect(parseLine(0, text)).toEqual({ line: 0, text });
  });
});

describe("settling", () => {
  const at = Date.parse("2026-11-22T12:00:00.000Z");
  const line = parseLine(0, '{"receivedAt":"2026-11-22T11:59:58.500Z"}');
  const exchange = { sent: "s", request: "r", response: "x" };

  const settledOne = (fate: Fate, text?: string, now = at) =>
    settleCells([{ cell: 0, fate, ...(text === undefined ? { line } : { line: parseLine(0, text) }) }], now).outcomes;

  it("measures from receipt to acceptance, never below zero, and says nothing when receipt is unknown", () => {
    const delivered: Fate = { status: "delivered" };
    expect(settledOne(delivered)).toEqual([{ cell: 0, status: "delivered", latencyMs: 1500 }]);
    expect(settledOne(delivered, undefined, at - 60_000)).toEqual([{ cell: 0, status: "delivered", latencyMs: 0 }]);
    expect(settledOne(delivered, "{}")).toEqual([{ cell: 0, status: "delivered" }]);
  });

  it("takes at most three samples of one reason along, also when the first lines have none", () => {
    const failed = (cell: number, sample: boolean): CellFate => ({
      cell,
      fate: { status: "retry", reason: "503", ...(sample ? { exchange } : {}) },
    });
    const fates = Array.from({ length: 8 }, (_, cell) => failed(cell, cell > 2));
    const { outcomes } = settleCells(fates, at);
    expect(outcomes.filter((settled) => settled.sample !== undefined).map(({ cell }) => cell)).toEqual([3, 4, 5]);
  });

  it("names each kind of event once, and none for a line that was not read", () => {
    const told = (cell: number, event?: Record<string, unknown>): CellFate => ({
      cell,
      fate: { status: "delivered" },
      ...(event === undefined ? {} : { line: parseLine(cell, JSON.stringify(event)) }),
    });
    const { outcomes, kinds } = settleCells(
      [
        told(0, { type: "track", event: "Order Completed", context: { app: { version: "2.1" } } }),
        told(1, { type: "identify" }),
        told(2, { type: "track", event: "Order Completed", context: { app: { version: "2.1" } } }),
        told(3),
      ],
      at,
    );
    expect(kinds).toEqual([{ type: "track", name: "Order Completed", appVersion: "2.1" }, { type: "identify" }]);
    expect(outcomes.map(({ kind }) => kind)).toEqual([0, 1, 0, undefined]);
  });

  it("keeps abandoned lines with all that a re-send needs, or their text when they are no events", () => {
    const told: CellFate[] = [
      {
        cell: 3,
        line: parseLine(0, '{"messageId":"m","type":"track","_metadata":{}}'),
        subscriptionId: "sub_1",
        fate: { status: "abandoned", reason: "400", detail: "400 Bad Request", who: "user" },
      },
      {
        cell: 1,
        line: parseLine(1, "{broken"),
        fate: { status: "abandoned", reason: "MESSAGE_REJECTED", who: "platform" },
      },
      { cell: 2, line: parseLine(2, "{}"), fate: { status: "delivered" } },
      { cell: 4, fate: { status: "abandoned", reason: "INTERNAL", who: "platform" } },
    ];
    const segmentKey = "segment-logs/src_1/1795305600000/0-000000001.gz";
    const common = { at: "2026-11-22T12:00:00.000Z", attempts: 2, segmentKey };
    expect(deadLettersOf(told, { segmentKey, attempt: 2, now: at })).toEqual({
      cells: [3, 1],
      letters: [
        {
          ...common,
          line: 0,
          subscriptionId: "sub_1",
          messageId: "m",
          reason: "400",
          detail: "400 Bad Request",
          event: { messageId: "m", type: "track" },
        },
        { ...common, line: 1, reason: "MESSAGE_REJECTED", detail: "", event: "{broken" },
      ],
    });
  });
});

describe("what a person may see", () => {
  it.each([
    "authorization",
    "Cookie",
    "x-api-key",
    "X-Signature",
    "my-token",
    "key",
    "X-Session-Id",
    "access-key",
    "sig",
  ])("hides the value of %s", (name) => {
    expect(maskHeader(name, "hunter2")).not.toContain("hunter2");
  });

  it("hides secret-looking query values and passwords, and leaves the rest of a URL alone", () => {
    expect(maskUrl("https://h.example/p/a?api_key=hunter2&page=2")).toBe("https://h.example/p/a?api_key=••••&page=2");
    expect(maskUrl("https://u:hunter2@h.example/p")).toBe("https://h.example/p");
    expect(maskUrl("not a url hunter2")).not.toContain("hunter2");
  });

  it("never cuts a character in two", () => {
    expect(clip("ab😀cd", 3)).toBe("ab…");
    expect(clip("abc", 3)).toBe("abc");
  });
});
