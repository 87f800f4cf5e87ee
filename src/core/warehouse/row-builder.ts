import { cast, isCut } from "./casts.ts";
import type { Leaf } from "./flatten.ts";
import type { Notices } from "./notices.ts";
import { OVERFLOW_COLUMN, type Cell, type MappedRow } from "./schema.ts";
import type { Origin, Slot, TableSlots } from "./table-slots.ts";

/** One column of the model itself and its value. */
export type FixedCell = readonly [column: string, cell: Cell];

const isSame = (a: Cell | undefined, b: Cell): boolean =>
  a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;

/** Fills one row. Whatever it does not store as it came, it counts. */
export class RowBuilder {
  readonly #slots: TableSlots;
  readonly #notices: Notices;
  readonly #cells = new Map<string, Cell>();
  #overflow: Map<string, unknown> | undefined;
  #repeats: Map<string, number> | undefined;

  constructor(slots: TableSlots, notices: Notices) {
    this.#slots = slots;
    this.#notices = notices;
  }

  fix(fixed: readonly FixedCell[]): this {
    for (const [name, cell] of fixed) {
      if (cell === null) continue;
      if (this.#slots.excludes(name)) this.#note("EXCLUDED", name);
      else this.#cells.set(name, cell);
    }
    return this;
  }

  put(leaves: readonly Leaf[], origin: Origin): this {
    for (const { place, value } of leaves) {
      const slot = this.#slots.of(place, origin, value);
      if (slot.renamed) this.#note("NAME_RESERVED", slot.name);
      if (place.coded !== undefined) this.#note("NAME_EMPTY", slot.name, place.coded);
      this.#place(slot, value);
    }
    return this;
  }

  finish(id: string, messageId: string, receivedAt: number): MappedRow {
    if (this.#overflow !== undefined) this.#writeOverflow(this.#overflow);
    return { table: this.#slots.schema, id, messageId, receivedAt, cells: this.#cells };
  }

  #place(slot: Slot, value: unknown): void {
    const { name, column, excluded } = slot;
    if (excluded) this.#note("EXCLUDED", name);
    else if (column === undefined) this.#spill("COLUMN_LIMIT", name, value);
    else {
      const cell = this.#fitting(name, cast(value, column.type));
      if (this.#cells.has(name)) this.#collide(name, value, cell);
      else if (cell === null) this.#note("TYPE_MISMATCH", name, value);
      else {
        this.#cells.set(name, cell);
        if (column.type !== "varchar" && isCut(value, cell)) this.#note("DECIMALS_CUT", name, value);
      }
    }
  }

  #fitting(name: string, cell: Cell): Cell {
    const { textChars } = this.#slots;
    if (typeof cell !== "string" || cell.length <= textChars) return cell;
    this.#note("TEXT_CUT", name);
    const cut = cell.slice(0, textChars);
    return cut.isWellFormed() ? cut : cut.slice(0, -1);
  }

  /** The first of two values keeps the column; the same value again says nothing new. */
  #collide(name: string, value: unknown, cell: Cell): void {
    if (!isSame(this.#cells.get(name), cell) || isCut(value, cell)) this.#spill("VALUE_COLLISION", name, value);
  }

  /** Further values under one name are `name#2`, `name#3`, …: no column can be called so. */
  #spill(code: "COLUMN_LIMIT" | "VALUE_COLLISION", name: string, value: unknown): void {
    this.#overflow ??= new Map();
    this.#repeats ??= new Map();
    const times = (this.#repeats.get(name) ?? 0) + 1;
    this.#repeats.set(name, times);
    this.#overflow.set(times === 1 ? name : `${name}#${times}`, value);
    this.#note(code, name, value);
  }

  #writeOverflow(overflow: ReadonlyMap<string, unknown>): void {
    if (this.#slots.excludes(OVERFLOW_COLUMN)) return this.#note("EXCLUDED", OVERFLOW_COLUMN);
    this.#cells.set(this.#slots.overflow().name, JSON.stringify(Object.fromEntries(overflow)));
  }

  #note(code: Parameters<Notices["count"]>[0], column: string, example?: unknown): void {
    this.#notices.count(code, this.#slots.schema.name, column, example);
  }
}
