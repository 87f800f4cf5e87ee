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
} as const;

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

  /** @param data is copied: what is added shows in `tables` and `toData` only. */
  constructor(data: RegistryData) {
    for (const table of data.tables) {
      this.#tables.set(table.name, copyOf(table));
      this.#columns += table.columns.length;
      for (const name of table.eventNames.slice(1)) this.#otherNameChars += name.length;
    }
  }

  /** In the order in which they were made; the same objects for the life of the registry. */
  get tables(): TableSchema[] {
    return [...this.#tables.values()];
  }

  toData(): RegistryData {
    return { tables: this.tables.map(copyOf) };
  }

  /** The table, made when it is new; `undefined` when the source has as many tables as it may have. */
  open(name: string, kind: TableKind): TableSchema | undefined {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    if (kind === "event" && this.#tables.size >= REGISTRY_LIMITS.tables) return undefined;
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
