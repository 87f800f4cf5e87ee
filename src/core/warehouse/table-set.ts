import { Flattener } from "./flatten.ts";
import { eventTable, isNameless } from "./names.ts";
import { REGISTRY_LIMITS, type Registry, type TableRefusal } from "./registry.ts";
import type { ExportRules, TableKind } from "./schema.ts";
import { TableSlots } from "./table-slots.ts";

/** How many spellings of event names are remembered; longer ones are worked out each time. */
const REMEMBERED_NAMES = 10_000;

/** What is known of a track event's name. */
export interface EventTable {
  /** The table's name, whether or not there is a table. */
  readonly name: string;
  readonly nameless: boolean;
  /** Another spelling came first. */
  readonly shared: boolean;
  readonly table: TableSlots | "excluded" | TableRefusal;
}

/** The tables of one registry under one set of rules, with what mapping has learnt of names. */
export class TableSet {
  readonly registry: Registry;
  readonly rules: ExportRules;
  readonly flattener = new Flattener();
  readonly #excluded: ReadonlySet<string>;
  readonly #tables = new Map<string, TableSlots>();
  readonly #events = new Map<string, EventTable>();

  constructor(registry: Registry, rules: ExportRules) {
    this.registry = registry;
    this.rules = rules;
    this.#excluded = new Set(rules.excludedTables);
  }

  fixed(kind: Exclude<TableKind, "event">): TableSlots | "excluded" {
    if (this.#excluded.has(kind)) return "excluded";
    const table = this.#open(kind, kind);
    if (typeof table === "string") throw new Error(`the table ${kind} was refused`);
    return table;
  }

  event(raw: string): EventTable {
    return this.#events.get(raw) ?? this.#enter(raw);
  }

  #enter(raw: string): EventTable {
    const name = eventTable(raw);
    const table = this.#excluded.has(name) ? "excluded" : this.#open(name, "event");
    const shared = typeof table === "object" && !this.registry.noteEventName(table.schema, raw);
    const entry: EventTable = { name, nameless: isNameless(raw), shared, table };
    if (raw.length <= REGISTRY_LIMITS.eventNameChars) {
      if (this.#events.size >= REMEMBERED_NAMES) this.#events.clear();
      this.#events.set(raw, entry);
    }
    return entry;
  }

  #open(name: string, kind: TableKind): TableSlots | TableRefusal {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const schema = this.registry.open(name, kind);
    if (typeof schema === "string") return schema;
    const slots = new TableSlots(schema, this.registry, this.rules);
    this.#tables.set(name, slots);
    return slots;
  }
}
