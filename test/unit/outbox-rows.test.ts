import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FreshIds } from "../../durable/intake/fresh-ids.ts";
import { RowBuilder } from "../../durable/intake/rows.ts";
import { packKinds } from "../../src/core/event-kind.ts";
import { batchSize, packBatch, type AppendBatch } from "../../src/core/intake.ts";
import { hashIds } from "../../src/core/id-hashes.ts";

const ROUTE = { sourceId: "src_1", shards: 1, epoch: 1, windowMs: 1, drainAfterMs: 1, drainAfterBytes: 1 };

/** A batch of events that say what they are: whatever JSON text can hold, line breaks escaped. */
function batchOf(texts: readonly string[], ids = texts.map((_, i) => `id-${i}`)): AppendBatch {
  const lines = texts.map((text) => JSON.stringify({ text }));
  const kinds = packKinds(texts.map((text) => `track\n\n${text.slice(0, 1)}`));
  return { route: ROUTE, shard: 0, receivedAt: 1_000, ids, lines, kinds };
}

/** What a builder's rows hold, event by event. */
function contentOf(builder: RowBuilder) {
  const rows = builder.build();
  const kinds = new Map<string, number>();
  for (const row of rows) {
    for (const [kind, count] of JSON.parse(row.kinds ?? "[]") as [string, number][])
      kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  return {
    count: rows.reduce((sum, row) => sum + row.count, 0),
    lines: rows.flatMap((row) => row.lines.split("\n")),
    hashes: Buffer.concat(rows.map((row) => new Uint8Array(row.hashes))).toString("hex"),
    kinds: new Map([...kinds].toSorted()),
  };
}

const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { minLength: 1, maxLength: 12 });

describe("a batch on its way into the outbox", () => {
  test("comes out as it went in: every line byte for byte, each with its hash, in order", () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), (calls) => {
        const batches = calls.map((call, n) =>
          batchOf(
            call,
            call.map((_, i) => `${n}/${i}`),
          ),
        );
        const builder = new RowBuilder();
        for (const batch of batches) builder.addAll(packBatch(batch));
        const content = contentOf(builder);
        expect(content.lines).toEqual(batches.flatMap(({ lines }) => lines));
        expect(content.hashes).toBe(Buffer.from(hashIds(batches.flatMap(({ ids }) => ids))).toString("hex"));
        expect(content.count).toBe(calls.flat().length);
      }),
    );
  });

  test("is stored the same whether it goes in as a whole or event by event", () => {
    fc.assert(
      fc.property(texts, (call) => {
        const whole = new RowBuilder();
        const single = new RowBuilder();
        whole.addAll(packBatch(batchOf(call)));
        single.addOthers(packBatch(batchOf(call)), new Set());
        expect(contentOf(single)).toEqual(contentOf(whole));
      }),
    );
  });

  test("leaves out what is a duplicate, with its line, hash and kind", () => {
    const builder = new RowBuilder();
    builder.addOthers(packBatch(batchOf(["a", "b", "c"])), new Set([1]));
    const others = new RowBuilder();
    others.addAll(packBatch(batchOf(["a", "c"], ["id-0", "id-2"])));
    expect(contentOf(builder)).toEqual(contentOf(others));
  });

  test("is spread over rows when it is larger than one may be", () => {
    const builder = new RowBuilder();
    builder.addAll(packBatch(batchOf(Array.from({ length: 30 }, () => "x".repeat(50_000)))));
    const rows = builder.build();
    expect(rows.map(({ count }) => count)).toEqual([11, 11, 8]);
    for (const { lines } of rows) expect(lines.length).toBeLessThan(600_000);
  });

  test("carries its ids only while the shards of an earlier layout have to be asked", () => {
    const batch = batchOf(["a"]);
    expect(packBatch(batch)).not.toHaveProperty("ids");
    const previous = { shards: 2, until: 5 };
    expect(packBatch({ ...batch, route: { ...ROUTE, previous } }).ids).toEqual(["id-0"]);
  });
});

test("of the ids of one commit each counts as new once, whatever their number", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 60 }), (numbers) => {
      const packed = { hashes: hashIds(numbers.map(String)) };
      const fresh = new FreshIds(batchSize(packed));
      const hashes = new Int32Array(packed.hashes);
      expect(numbers.map((_, i) => fresh.add(hashes, i))).toEqual(numbers.map((n, i) => numbers.indexOf(n) === i));
    }),
  );
});
