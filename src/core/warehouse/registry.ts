import type { Column, RegistryData, TableKind, TableSchema } from "./schema.ts";

/**
 * What one source's schema may grow to. 5,000 tables are what Segment's interface shows (storage.md §3.4); columns of
 * all tables together, because each costs some 50 bytes where the registry is kept, and names come from clients.
 * `otherNameChars`: of all tables' names but the first of each; a registry travels in one call, of 32 MB at most.
 */
export const REGISTRY_LIMITS = {
  tables: 5000,
  columns: 100_000,
  eventNames: 20,
  eventNameChars: 200,
  otherNameChars: 1_000_000,
  /**
   * Whoever has a write key can send thousands of names at once, so a source's tables grow slowly: an hour may bring so
   * many tables of events, and whatever is missing to `firstTables`. A big site has 100 to 300 names, which all come with
   * its first hours; to use up all that a source may have then takes 45 hours, each of which says so.
   */
  newTables: 100,
  firstTables: 500,
} as const;

/** Why an event has no table of its own: the source has all that it may have, or its hour has brought enough new ones. */
export type TableRefusal = "TABLE_LIMIT" | "NEW_TABLE_LIMIT";

interface RegistryOptions {
  /** Tables that the hour has brought already. */
  readonly newTables?: number;
  /** Tables that the owner leaves out: nothing is added to them, so they count for nothing. */
  readonly excluded?: readonly string[];
}

const copyOf = (table: TableSchema): TableSchema => ({
  ...table,
  eventNames: [...table.eventNames],
  columns: [...table.columns],
});

/** A source's tables while events are mapped: first type wins, columns and tables are only ever added. */
export class Registry {
  readonly #tables = new Map<string, TableSchema>();
  #columns = 0;
  #otherNameChars = 0;
  /** Tables that are not left out. */
  #counted = 0;
  /** How many the hour may still bring. */
  #newTables: number;

  /** @param data is copied: what is added shows in `tables` and `toData` only. */
  constructor(data: RegistryData, { newTables = 0, excluded = [] }: RegistryOptions = {}) {
    const leftOut = new Set(excluded);
    let events = 0;
    for (const table of data.tables) {
      this.#tables.set(table.name, copyOf(table));
      for (const name of table.eventNames.slice(1)) this.#otherNameChars += name.length;
      if (leftOut.has(table.name)) continue;
      this.#counted++;
      this.#columns += table.columns.length;
      if (table.kind === "event") events++;
    }
    const missing = REGISTRY_LIMITS.firstTables - (events - newTables);
    this.#newTables = Math.max(REGISTRY_LIMITS.newTables, missing) - newTables;
  }

  /** In the order in which they were made; the same objects for the life of the registry. */
  get tables(): TableSchema[] {
    return [...this.#tables.values()];
  }

  toData(): RegistryData {
    return { tables: this.tables.map(copyOf) };
  }

  /** The table, made when it is new and may be; only those of events can be refused. */
  open(name: string, kind: TableKind): TableSchema | TableRefusal {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    if (kind === "event") {
      if (this.#counted >= REGISTRY_LIMITS.tables) return "TABLE_LIMIT";
      if (this.#newTables <= 0) return "NEW_TABLE_LIMIT";
      this.#newTables--;
    }
    this.#counted++;
    const table: TableSchema = { name, kind, eventNames: [], columns: [] };
    this.#tables.set(name, table);
    return table;
  }

  /** Whether the source may have another column that events bring; fixed ones are always made. */
  get hasRoom(): boolean {
    return this.#columns < REGISTRY_LIMITS.columns;
  }

  append(table: TableSchema, column: Column): void {
    table.columns.push(column);
    this.#columns++;
  }

  /** Remembers under which name an event came. Returns whether it is the table's first. */
  noteEventName(table: TableSchema, name: string): boolean {
    const kept = name.slice(0, REGISTRY_LIMITS.eventNameChars);
    const { eventNames } = table;
    if (eventNames.length === 0) eventNames.push(kept);
    else if (!eventNames.includes(kept) && this.#takesName(eventNames, kept)) {
      eventNames.push(kept);
      this.#otherNameChars += kept.length;
    }
    return eventNames[0] === kept;
  }

  #takesName(present: readonly string[], { length }: string): boolean {
    const { eventNames, otherNameChars } = REGISTRY_LIMITS;
    return present.length < eventNames && this.#otherNameChars + length <= otherNameChars;
  }
}
