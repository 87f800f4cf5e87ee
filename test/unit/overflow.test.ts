import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overflowDelay } from "../../queues/overflow.ts";
import { decodeOverflow, encodeOverflow } from "../../src/core/overflow.ts";
import type { SourceRoute } from "../../src/core/source.ts";

const route: SourceRoute = { sourceId: "s", shards: 1, epoch: 1, windowMs: 1, drainAfterMs: 1, drainAfterBytes: 1 };
const byteLength = (text: string) => Buffer.byteLength(text);

describe("overflow messages", () => {
  it("carry any batch unchanged, each below the queue's 128,000 bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.uuid(), fc.jsonValue(), fc.nat(33_000)), { maxLength: 60 }), (events) => {
        const ids = events.map(([id]) => id);
        const lines = events.map(([, value, pad]) => JSON.stringify({ value, pad: "é".repeat(pad / 2) }));
        const messages = encodeOverflow({ route, receivedAt: 7, ids, lines }, byteLength);
        for (const message of messages) expect(byteLength(message)).toBeLessThan(128_000);
        const back = messages.map(decodeOverflow);
        expect(back.flatMap((part) => part.ids)).toEqual(ids);
        expect(back.flatMap((part) => part.lines)).toEqual(lines);
      }),
      { numRuns: 50 },
    );
  });

  it("stay below it with ids that JSON writes six times as long", () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(100, "\u0001"));
    const messages = encodeOverflow({ route, receivedAt: 7, ids, lines: ids.map(() => "{}") }, byteLength);
    for (const message of messages) expect(byteLength(message)).toBeLessThan(128_000);
    expect(messages.map(decodeOverflow).flatMap((part) => part.ids)).toEqual(ids);
  });

  it("refuse a damaged body", () => {
    expect(() => decodeOverflow('{"route":{},"receivedAt":1,"ids":["a","b"]}\n{}')).toThrow("1 lines for 2 ids");
  });
});

it("a parked batch is tried again after 10, 20, 40 … and at most 600 seconds, which a queue accepts", () => {
  expect([1, 2, 3, 6, 9, 10, 100].map(overflowDelay)).toEqual([10, 20, 40, 320, 2560, 3600, 3600]);
});
