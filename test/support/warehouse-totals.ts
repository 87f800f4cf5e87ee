import type { OracleCell, OracleType } from "./oracle-values.ts";
import { WarehouseOracle, type OracleRow } from "./warehouse-oracle.ts";

/** `sum` of an integer column is exact; of a float column it depends on the order of adding. Others have none. */
export interface ExpectedColumn {
  readonly type: OracleType;
  values: number;
  sum: bigint | number | undefined;
}

/** Ids are distinct: `rows` is also their number. */
export interface ExpectedTable {
  rows: number;
  readonly columns: Map<string, ExpectedColumn>;
}

interface Latest {
  readonly cell: OracleCell;
  readonly rank: string;
}

/**
 * What every table of a source must add up to, from raw event lines in the order of export. Copies of a messageId
 * count once, the first wins; `users` and `accounts` hold the latest value of each column (by receivedAt, then
 * messageId). Holds the ids seen and the latest users, but no rows.
 */
export class WarehouseTotals {
  readonly oracle: WarehouseOracle;
  readonly #seen = new Set<string>();
  readonly #tables = new Map<string, ExpectedTable>();
  readonly #latest = {
    users: new Map<string, Map<string, Latest>>(),
    accounts: new Map<string, Map<string, Latest>>(),
  };

  /** `oracle`: one that knows types from an earlier count. */
  constructor(oracle = new WarehouseOracle()) {
    this.oracle = oracle;
  }

  /** Every messageId so far. */
  get ids(): ReadonlySet<string> {
    return this.#seen;
  }

  add(line: string): void {
    const event = JSON.parse(line) as Record<string, unknown>;
    const id = String(event["messageId"]);
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const rank = `${String(event["receivedAt"])} ${id}`;
    for (const row of this.oracle.rowsOf(event)) {
      if (row.table === "users" || row.table === "accounts") this.#merge(row.table, row, rank);
      else this.#count(row);
    }
  }

  /** By table; only tables with rows, and of their columns only those that ever got a value. */
  tables(): ReadonlyMap<string, ExpectedTable> {
    for (const table of ["users", "accounts"] as const) {
      this.#tables.delete(table);
      for (const columns of this.#latest[table].values()) {
        const cells = Object.fromEntries([...columns].map(([name, { cell }]) => [name, cell]));
        this.#count({ table, id: "", cells });
      }
    }
    return this.#tables;
  }

  #merge(table: "users" | "accounts", row: OracleRow, rank: string): void {
    const known = this.#latest[table].get(row.id) ?? new Map<string, Latest>();
    this.#latest[table].set(row.id, known);
    for (const [name, cell] of Object.entries(row.cells)) {
      const before = known.get(name);
      if (before === undefined || before.rank < rank) known.set(name, { cell, rank });
    }
  }

  #count({ table, cells }: OracleRow): void {
    const total = this.#tables.get(table) ?? { rows: 0, columns: new Map<string, ExpectedColumn>() };
    this.#tables.set(table, total);
    total.rows++;
    for (const [name, cell] of Object.entries(cells)) {
      const type = this.oracle.types.get(table)!.get(name)!;
      const column = total.columns.get(name) ?? { type, values: 0, sum: type === "integer" ? 0n : undefined };
      total.columns.set(name, column);
      column.values++;
      if (typeof cell === "bigint") column.sum = (column.sum as bigint) + cell;
      if (typeof cell === "number") column.sum = ((column.sum as number | undefined) ?? 0) + cell;
    }
  }
}
