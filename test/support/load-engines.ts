import { afterAll, beforeAll } from "vitest";
import type { Column } from "../../src/core/warehouse/schema.ts";
import type { OpenWarehouse } from "../../src/core/warehouse-record.ts";
import { startClickhouse } from "./clickhouse-server.ts";
import { startPostgres } from "./postgres-server.ts";

export type Cells = Readonly<Record<string, string | number | boolean | null>>;

/** A warehouse's engine as tests see it: how it is reached, and what is in it. */
export interface LoadEngine {
  readonly kind: OpenWarehouse["kind"];
  readonly settings: OpenWarehouse["settings"];
  /** Rows of a table as a reader who follows the README sees them, by id. */
  rows(schema: string, table: string, columns: readonly Column[]): Promise<Map<string, Cells>>;
  /** How many rows such a reader gets. */
  count(schema: string, table: string): Promise<number>;
  /** How many rows lie there, those included that are replaced. */
  stored(schema: string, table: string): Promise<number>;
  run(statement: string): Promise<void>;
  stop(): Promise<void>;
}

/** A value that an engine gave as text, as JSON would have it. */
function cellOf(text: unknown, { type }: Column): Cells[string] {
  if (text === null || text === undefined) return null;
  const value = String(text);
  switch (type) {
    case "boolean":
      return value === "true" || value === "1";
    case "float":
      return Number(value);
    case "timestamp":
      return new Date(`${value.replace(" ", "T").slice(0, 23)}Z`).toISOString();
    default:
      return value;
  }
}

const byId = (columns: readonly Column[], rows: readonly (readonly unknown[])[]): Map<string, Cells> =>
  new Map(
    rows.map((row) => {
      const cells = Object.fromEntries(columns.map((column, i) => [column.name, cellOf(row[i], column)]));
      return [String(cells["id"]), cells];
    }),
  );

export async function clickhouseEngine(): Promise<
  LoadEngine & { readonly server: Awaited<ReturnType<typeof startClickhouse>> }
> {
  const server = await startClickhouse({ user: "inlet", password: "open sesame" });
  const settings = { url: server.url, username: server.user, password: server.password };
  return {
    kind: "clickhouse",
    settings,
    server,
    async rows(schema, table, columns) {
      const texts = columns.map(({ name }) => `toString(\`${name}\`)`).join(", ");
      return byId(columns, server.rows(`SELECT ${texts} FROM \`${schema}\`.\`${table}\` FINAL`));
    },
    async count(schema, table) {
      return Number(server.rows(`SELECT count() FROM \`${schema}\`.\`${table}\` FINAL`)[0]?.[0]);
    },
    async stored(schema, table) {
      return Number(server.rows(`SELECT count() FROM \`${schema}\`.\`${table}\``)[0]?.[0]);
    },
    async run(statement) {
      server.rows(statement.replaceAll('"', "`"));
    },
    stop: () => server.stop(),
  };
}

export async function postgresEngine(): Promise<
  LoadEngine & { readonly server: Awaited<ReturnType<typeof startPostgres>> }
> {
  const server = await startPostgres();
  const settings = {
    hostname: "127.0.0.1",
    port: server.port,
    database: "postgres",
    username: "postgres",
    password: "test",
    tls: "disable",
  };
  await server.sql.unsafe("SET timezone = 'UTC'");
  return {
    kind: "postgres",
    settings,
    server,
    async rows(schema, table, columns) {
      const texts = columns.map(({ name, type }) =>
        type === "timestamp" ? `to_char("${name}", 'YYYY-MM-DD HH24:MI:SS.MS')` : `"${name}"::text`,
      );
      return byId(columns, await server.sql.unsafe(`SELECT ${texts.join(", ")} FROM "${schema}"."${table}"`).values());
    },
    async count(schema, table) {
      return Number((await server.sql.unsafe(`SELECT count(*) AS n FROM "${schema}"."${table}"`))[0]?.["n"]);
    },
    async stored(schema, table) {
      return Number((await server.sql.unsafe(`SELECT count(*) AS n FROM "${schema}"."${table}"`))[0]?.["n"]);
    },
    async run(statement) {
      await server.sql.unsafe(statement);
    },
    stop: () => server.stop(),
  };
}

/** A ClickHouse and a PostgreSQL for the tests of one file; there once they run. */
export function startEngines(): LoadEngine[] {
  const engines: LoadEngine[] = [];
  beforeAll(async () => {
    engines.push(await clickhouseEngine(), await postgresEngine());
  }, 60_000);
  afterAll(() => Promise.all(engines.map((engine) => engine.stop())), 60_000);
  return engines;
}
