import fc from "fast-check";
import type { FoldedRow } from "../../src/core/warehouse/folding.ts";
import { encodeFolded, foldInto } from "../../src/core/warehouse/folding.ts";
import type { Cell, MappedRow, TableSchema } from "../../src/core/warehouse/schema.ts";

export const USERS: TableSchema = {
  name: "users",
  kind: "users",
  eventNames: [],
  columns: [
    { name: "id", type: "varchar", fixed: true },
    { name: "received_at", type: "timestamp", fixed: true },
    { name: "email", type: "varchar" },
    { name: "logins", type: "integer" },
    { name: "score", type: "float" },
    { name: "vip", type: "boolean" },
    { name: "born", type: "timestamp" },
  ],
};

/** A row of `users` as one identify makes it; null = said nothing. */
export function userRow(
  id: string,
  messageId: string,
  receivedAt: number,
  traits: Record<string, Cell>,
  table = USERS,
): MappedRow {
  const cells: [string, Cell][] = [["id", id], ["received_at", new Date(receivedAt)], ...Object.entries(traits)];
  return { table, id, messageId, receivedAt, cells: new Map(cells) };
}

/** Rows of few users at few times, so that many meet. */
export const anyUserRow: fc.Arbitrary<MappedRow> = fc
  .record({
    id: fc.constantFrom("u1", "u2", "ü3", "\u{1F600}", "\uffff", "a\nb"),
    messageId: fc.constantFrom("m1", "m2", "m3", "m4"),
    receivedAt: fc.integer({ min: 1_000, max: 1_004 }),
    email: fc.option(fc.string()),
    logins: fc.option(fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
    // JSON has no -0.
    score: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0)),
    vip: fc.option(fc.boolean()),
    born: fc.option(fc.date({ noInvalidDate: true })),
  })
  .map(({ id, messageId, receivedAt, ...traits }) => userRow(id, messageId, receivedAt, traits));

/** What all rows together say, as texts by id: one of the ways to come to it. */
export function foldAll(rows: Iterable<FoldedRow>): Map<string, string> {
  const all = new Map<string, FoldedRow>();
  for (const row of rows) {
    const present = all.get(row.id) ?? { id: row.id, cells: new Map() };
    foldInto(present, row);
    all.set(row.id, present);
  }
  return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, row]) => [id, encodeFolded(row)]));
}
