import { mapEvent } from "../../src/core/warehouse/map-event.ts";
import { Notices } from "../../src/core/warehouse/notices.ts";
import { Registry } from "../../src/core/warehouse/registry.ts";
import type { ExportRules, MappedRow, RegistryData } from "../../src/core/warehouse/schema.ts";
import type { OracleCell } from "./oracle-values.ts";

export const RULES: ExportRules = { maxColumns: 500, excludedTables: [], excludedColumns: {} };
export const PROCESSED_AT = Date.parse("2026-11-22T10:00:00.000Z");

/** Tables, rows and notices of one source, as an export fills them. */
export class Lake {
  readonly registry: Registry;
  readonly notices = new Notices();
  readonly rules: ExportRules;

  constructor(rules: Partial<ExportRules> = {}, data: RegistryData = { tables: [] }) {
    this.rules = { ...RULES, ...rules };
    this.registry = new Registry(data, { excluded: this.rules.excludedTables });
  }

  map(event: object): MappedRow[] {
    const { registry, rules, notices } = this;
    const parsed = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
    return mapEvent(parsed, { registry, rules, notices, processedAt: PROCESSED_AT });
  }

  /** The columns of one table with their types; without the fixed ones. */
  columns(table: string): Record<string, string> {
    const found = this.registry.tables.find((one) => one.name === table)?.columns ?? [];
    return Object.fromEntries(found.filter((one) => one.fixed !== true).map((one) => [one.name, one.type]));
  }

  /** `CODE table.column count` of all notices. */
  get said(): string[] {
    return this.notices.toList().map(({ code, table, column, count }) => {
      const where = [table, column].filter(Boolean).join(".");
      return [code, where, count].filter((part) => part !== "").join(" ");
    });
  }
}

/** A stored event of a type, with the fields given. */
export const stored = (type: string, fields: object = {}): Record<string, unknown> => ({
  type,
  messageId: "m-1",
  anonymousId: "a-1",
  userId: "u-1",
  context: {},
  integrations: {},
  timestamp: "2026-11-22T09:00:00.000Z",
  originalTimestamp: "2026-11-22T09:00:00.000Z",
  sentAt: "2026-11-22T09:00:00.500Z",
  receivedAt: "2026-11-22T09:00:01.000Z",
  channel: "client",
  version: 2,
  projectId: "src_1",
  ...fields,
});

/** A row as the oracle writes them, without `uuid_ts`. */
export function plainRow(row: MappedRow): { table: string; id: string; cells: Record<string, OracleCell> } {
  const types = new Map(row.table.columns.map((column) => [column.name, column.type]));
  const cells: Record<string, OracleCell> = {};
  for (const [name, cell] of row.cells) {
    if (name === "uuid_ts" || cell === null) continue;
    if (cell instanceof Date) cells[name] = cell.toISOString();
    else cells[name] = types.get(name) === "integer" ? BigInt(cell) : cell;
  }
  return { table: row.table.name, id: row.id, cells };
}
