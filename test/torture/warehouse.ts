import { postgresEngine } from "../support/load-engines.ts";
import type { TorturedInlet } from "./process.ts";

type Engine = Awaited<ReturnType<typeof postgresEngine>>;

/** A real PostgreSQL into which tables are loaded. */
export class Warehouse {
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  static async open(): Promise<Warehouse> {
    return new Warehouse(await postgresEngine());
  }

  /** From now on it gets the tables of these sources. */
  async connect(inlet: TorturedInlet, sourceIds: readonly string[]): Promise<void> {
    const { kind, settings } = this.#engine;
    const input = { metadataId: kind, name: "Loaded", settings };
    const { warehouse } = await inlet.api<{ warehouse: { id: string } }>("POST", "/api/warehouses", input);
    for (const id of sourceIds) await inlet.api("POST", `/api/warehouses/${warehouse.id}/connected-sources/${id}`);
  }

  /** Ends every connection but the test's own, whatever runs in it; how many there were. */
  async cut(): Promise<number> {
    const { sql } = this.#engine.server;
    const ended = await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    return ended.length;
  }

  /** The ids of a table's rows; none when there is no such table. */
  async ids(schema: string, table: string): Promise<string[]> {
    const { sql } = this.#engine.server;
    const [found] = await sql`SELECT to_regclass(${`"${schema}"."${table}"`})::text AS name`;
    if (found?.["name"] === null) return [];
    return (await sql.unsafe(`SELECT id FROM "${schema}"."${table}"`)).map((row) => String(row["id"]));
  }

  close(): Promise<void> {
    return this.#engine.stop();
  }
}
