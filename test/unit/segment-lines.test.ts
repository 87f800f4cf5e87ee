import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, maskHeader, maskUrl } from "../../src/core/mask.ts";
import { selectLines, splitLines } from "../../src/core/segment-lines.ts";
import { deadLettersOf, parseLine, settleLines, type Fate } from "../../src/core/settle-lines.ts";

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

  it("measures from receipt to acceptance, never below zero, and says nothing when receipt is unknown", () => {
    const fates = new Map<number, Fate>([[0, { status: "delivered" }]]);
    expect(settleLines([line], fates, at)).toEqual([{ line: 0, status: "delivered", latencyMs: 1500 }]);
    expect(settleLines([line], fates, at - 60_000)).toEqual([{ line: 0, status: "delivered", latencyMs: 0 }]);
    expect(settleLines([parseLine(0, "{}")], fates, at)).toEqual([{ line: 0, status: "delivered" }]);
  });

  it("takes at most three samples of one reason along", () => {
    const fates = new Map<number, Fate>(
      Array.from({ length: 5 }, (_, i) => [i, { status: "retry", reason: "503", exchange }]),
    );
    expect(settleLines([], fates, at).filter((settled) => settled.sample !== undefined)).toHaveLength(3);
  });

  it("keeps abandoned lines with reason, detail, time, attempts and the event, or its text when it is none", () => {
    const fates = new Map<number, Fate>([
      [0, { status: "abandoned", reason: "400", detail: "400 Bad Request", who: "user" }],
      [1, { status: "abandoned", reason: "MESSAGE_REJECTED", who: "platform" }],
      [2, { status: "delivered" }],
    ]);
    const letters = deadLettersOf([line, parseLine(1, "{broken"), parseLine(2, "{}")], fates, 2, at);
    expect(letters).toEqual([
      {
        line: 0,
        letter: {
          reason: "400",
          detail: "400 Bad Request",
          at: "2026-11-22T12:00:00.000Z",
          attempts: 2,
          event: { receivedAt: "2026-11-22T11:59:58.500Z" },
        },
      },
      {
        line: 1,
        letter: {
          reason: "MESSAGE_REJECTED",
          detail: "",
          at: "2026-11-22T12:00:00.000Z",
          attempts: 2,
          event: "{broken",
        },
      },
    ]);
  });
});

describe("what a person may see", () => {
  it.each(["authorization", "Cookie", "x-api-key", "X-Signature", "my-token", "key"])(
    "hides the value of %s",
    (name) => {
      expect(maskHeader(name, "hunter2")).not.toContain("hunter2");
    },
  );

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
