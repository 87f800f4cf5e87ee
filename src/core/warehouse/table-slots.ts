import { typeOf } from "./casts.ts";
import { ALWAYS_EXPORTED, FIXED_COLUMNS, TAKEN_NAMES } from "./fixed-columns.ts";
import type { Place } from "./flatten.ts";
import { columnName } from "./names.ts";
import type { Registry } from "./registry.ts";
import { OVERFLOW_COLUMN, type Column, type ExportRules, type TableSchema } from "./schema.ts";

/** Where a value goes. Without a column: to the overflow. */
export interface Slot {
  readonly name: string;
  readonly column: Column | undefined;
  readonly excluded: boolean;
  /** The name got a `_` because the plain one is the table's own. */
  readonly renamed: boolean;
}

export type Origin = "context" | "own";

/**
 * Characters of all texts of one user or group. Such a row gathers what many events say, and is in memory as a whole:
 * without a bound 500 events of one id would make one that no isolate can hold.
 */
const GATHERED_CHARS = 4 * 1024 * 1024;

const CONTEXT_PREFIX = "context_";

/** Which column of one table a place has; decided once, then remembered. */
export class TableSlots {
  readonly schema: TableSchema;
  /** Characters of a text that a column keeps. */
  readonly textChars: number;
  readonly #registry: Registry;
  readonly #maxColumns: number;
  readonly #excluded: ReadonlySet<string>;
  readonly #columns = new Map<string, Column>();
  readonly #slots = { context: new Map<string, Slot>(), own: new Map<string, Slot>() };

  constructor(schema: TableSchema, registry: Registry, rules: ExportRules) {
    this.schema = schema;
    this.#registry = registry;
    this.#maxColumns = rules.maxColumns;
    const gathers = schema.kind === "users" || schema.kind === "accounts";
    this.textChars = gathers ? Math.floor(GATHERED_CHARS / rules.maxColumns) : Number.POSITIVE_INFINITY;
    const { excludedColumns } = rules;
    this.#excluded = new Set(Object.hasOwn(excludedColumns, schema.name) ? excludedColumns[schema.name] : []);
    for (const column of schema.columns) this.#columns.set(column.name, column);
    for (const column of FIXED_COLUMNS[schema.kind]) {
      if (!this.#columns.has(column.name) && !this.excludes(column.name)) this.#append({ ...column });
    }
  }

  excludes(name: string): boolean {
    return this.#excluded.has(name) && !ALWAYS_EXPORTED.has(name);
  }

  /** @param value decides the column's type when it is new. */
  of(place: Place, origin: Origin, value: unknown): Slot {
    return this.#slots[origin].get(place.path) ?? this.#decide(place, origin, value);
  }

  /** Where what has no column goes: a column made when it is first needed. */
  overflow(): Column {
    return this.#columns.get(OVERFLOW_COLUMN) ?? this.#append({ name: OVERFLOW_COLUMN, type: "varchar", fixed: true });
  }

  #decide({ path }: Place, origin: Origin, value: unknown): Slot {
    const renamed = origin === "own" && (path.startsWith(CONTEXT_PREFIX) || TAKEN_NAMES[this.schema.kind].has(path));
    const name = columnName(path, renamed);
    const excluded = this.excludes(name);
    const column = excluded ? undefined : (this.#columns.get(name) ?? this.#add(name, value));
    const slot: Slot = { name, column, excluded, renamed };
    // What has no place may be any name a client thinks of: remembering those would have no bound.
    if (column !== undefined || excluded) this.#slots[origin].set(path, slot);
    return slot;
  }

  #add(name: string, value: unknown): Column | undefined {
    const reserved = this.#columns.has(OVERFLOW_COLUMN) ? 0 : 1;
    if (this.schema.columns.length + reserved >= this.#maxColumns) return undefined;
    return this.#registry.hasRoom ? this.#append({ name, type: typeOf(value) }) : undefined;
  }

  #append(column: Column): Column {
    this.#registry.append(this.schema, column);
    this.#columns.set(column.name, column);
    return column;
  }
}
