import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeFolded,
  encodeFolded,
  foldable,
  foldInto,
  latestAt,
  openLine,
} from "../../src/core/warehouse/folding.ts";
import { decodeUpserts, encodeUpserts } from "../../src/warehouse/upsert-file.ts";
import { UpsertBuffers } from "../../src/warehouse/upsert-buffers.ts";
import { anyUserRow, foldAll, USERS, userRow } from "../support/folding.ts";

const valuesOf = (row: ReturnType<typeof foldable>) =>
  Object.fromEntries([...row.cells].map(([column, { value }]) => [column, value]));

describe("users and accounts, folded", () => {
  it("keep of each column the value that was received last; what an event leaves out stays", () => {
    const row = foldable(userRow("u", "m1", 1000, { email: "old@x", logins: 1 }), 1);
    expect(foldInto(row, foldable(userRow("u", "m2", 2000, { email: "new@x", vip: null }), 1))).toBe(true);
    expect(foldInto(row, foldable(userRow("u", "m0", 1500, { logins: 2, email: "late@x" }), 1))).toBe(true);
    expect(valuesOf(row)).toEqual({ id: "u", received_at: new Date(2000), email: "new@x", logins: 2 });
    expect(latestAt(row)).toBe(2000);
  });

  it("decide a tie by the greater messageId, and one event made twice by the later version of its hour", () => {
    const row = foldable(userRow("u", "m2", 1000, { email: "b", score: 1 }), 1);
    expect(foldInto(row, foldable(userRow("u", "m1", 1000, { email: "a" }), 9))).toBe(false);
    expect(foldInto(row, foldable(userRow("u", "m2", 1000, { score: "1" }), 2))).toBe(true);
    expect(valuesOf(row)).toMatchObject({ email: "b", score: "1" });
  });

  it("never lose a value to null", () => {
    const row = foldable(userRow("u", "m1", 1000, { email: "kept" }), 1);
    foldInto(row, foldable(userRow("u", "m2", 2000, { email: null }), 1));
    expect(valuesOf(row)["email"]).toBe("kept");
  });

  it("come out the same in any order, however often rows are folded and in whatever groups", () => {
    const versioned = fc
      .tuple(anyUserRow, fc.integer({ min: 1, max: 3 }))
      .map(([row, version]) => foldable(row, version));
    const rows = fc.array(versioned, { maxLength: 40 });
    fc.assert(
      fc.property(
        rows.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
            fc.nat(all.length * 2),
          ),
        ),
        ([all, shuffled, cut]) => {
          const expected = foldAll(all.map((row) => ({ id: row.id, cells: new Map(row.cells) })));
          expect(foldAll(shuffled)).toEqual(expected);
          const parts = [shuffled.slice(0, cut), shuffled.slice(cut)].map((part) => [...foldAll(part).values()]);
          expect(foldAll(parts.flat().map(decodeFolded))).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are read from their text as they were written", () => {
    fc.assert(
      fc.property(anyUserRow, (mapped) => {
        const row = foldable(mapped, 7);
        const read = decodeFolded(encodeFolded(row));
        expect(encodeFolded(read)).toBe(encodeFolded(row));
        for (const [column, cell] of row.cells) {
          expect(read.cells.get(column)?.stamp).toEqual(cell.stamp);
          expect(
            Object.is(read.cells.get(column)?.value, cell.value) || cell.value instanceof Date || cell.value === 0,
          ).toBe(true);
        }
      }),
    );
  });
});

describe("files of what an hour says of users", () => {
  it("hold one row an id, in order, with the table", () => {
    const buffers = new UpsertBuffers(3);
    buffers.add(userRow("b", "m1", 1000, { email: "1" }));
    buffers.add(userRow("a", "m2", 1001, { email: "2" }));
    buffers.add(userRow("b", "m3", 1002, { logins: 5n }));
    const [file, ...others] = buffers.takeAll();
    expect(others).toEqual([]);
    const { table, rows: lines } = decodeUpserts(file!.bytes);
    expect(table).toEqual(USERS);
    expect(lines.map((row) => row.id)).toEqual(["a", "b"]);
    const rows = lines.map(({ line }) => decodeFolded(line));
    expect(valuesOf(rows[1]!)).toEqual({ id: "b", received_at: new Date(1002), email: "1", logins: 5n });
    expect(rows[1]!.cells.get("email")?.stamp).toEqual({ receivedAt: 1000, messageId: "m1", version: 3 });
  });

  it("are the same bytes for the same rows", () => {
    const rows = ["c", 'a"\\', "b"].map((id) =>
      openLine(encodeFolded(foldable(userRow(id, "m", 1, { email: id }), 1))),
    );
    expect(rows.map((row) => row.id)).toEqual(["c", 'a"\\', "b"]);
    expect(encodeUpserts(USERS, rows).bytes).toEqual(encodeUpserts(USERS, rows.toReversed()).bytes);
  });

  it("take no longer for an id whose row has grown to the size of the buffers", () => {
    const buffers = new UpsertBuffers(1);
    for (let i = 0; i < 240; i++) buffers.add(userRow("u", `m${i}`, i, { [`t${i}`]: "x".repeat(30_000) }));
    for (let i = 240; i < 5000; i++) buffers.add(userRow("u", `m${i}`, i, { email: `${i}@x` }));
    expect(buffers.full).toBe(false);
    const [row, ...others] = decodeUpserts(buffers.take()!.bytes).rows;
    expect(others).toEqual([]);
    const values = valuesOf(decodeFolded(row!.line));
    expect(Object.keys(values)).toHaveLength(240 + 3);
    expect(values["email"]).toBe("4999@x");
    expect(buffers.take()).toBeUndefined();
  });

  it("stay bounded: the buffers are full after some MB, and smaller once a file is taken", () => {
    const buffers = new UpsertBuffers(1);
    let rows = 0;
    for (; !buffers.full; rows++) buffers.add(userRow(`user-${rows}`, `m${rows}`, rows, { email: "x".repeat(200) }));
    expect(rows).toBeGreaterThan(5_000);
    expect(rows).toBeLessThan(30_000);
    expect(decodeUpserts(buffers.take()!.bytes).rows.length).toBe(rows);
    expect(buffers.full).toBe(false);
    expect(buffers.take()).toBeUndefined();
  });
});
