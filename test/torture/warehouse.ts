import { setInterval as every } from "node:timers/promises";
import { postgresEngine } from "../support/load-engines.ts";
import type { TorturedInlet } from "./process.ts";

type Engine = Awaited<ReturnType<typeof postgresEngine>>;

/** A load of one hour holds a connection for longer. */
const LOOK_MS = 25;

/** A real PostgreSQL into which tables are loaded. */
export class Warehouse {
  readonly #engine: Engine;
  readonly #onCut: (connections: number) => void;
  readonly #watching: Promise<void>;
  #open = true;
  #toCut = 0;

  private constructor(engine: Engine, onCut: (connections: number) => void) {
    this.#engine = engine;
    this.#onCut = onCut;
    this.#watching = this.#watch();
  }

  static async open(onCut: (connections: number) => void): Promise<Warehouse> {
    return new Warehouse(await postgresEngine(), onCut);
  }

  /** From now on it gets the tables of these sources. */
  async connect(inlet: TorturedInlet, sourceIds: readonly string[]): Promise<void> {
    const { kind, settings } = this.#engine;
    const input = { metadataId: kind, name: "Loaded", settings };
    const { warehouse } = await inlet.api<{ warehouse: { id: string } }>("POST", "/api/warehouses", input);
    for (const id of sourceIds) await inlet.api("POST", `/api/warehouses/${warehouse.id}/connected-sources/${id}`);
  }

  /** The next time that somebody is connected, it breaks off, whatever runs in it. */
  cutNext(): void {
    this.#toCut++;
  }

  async #watch(): Promise<void> {
    const { sql } = this.#engine.server;
    for await (const _ of every(LOOK_MS)) {
      if (!this.#open) return;
      if (this.#toCut === 0) continue;
      const ended = await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`;
      if (ended.length === 0) continue;
      this.#toCut--;
      this.#onCut(ended.length);
    }
  }

  /** The ids of a table's rows; none when there is no such table. */
  async ids(schema: string, table: string): Promise<string[]> {
    const { sql } = this.#engine.server;
    const [found] = await sql`SELECT to_regclass(${`"${schema}"."${table}"`})::text AS name`;
    if (found?.["name"] === null) return [];
    return (await sql.unsafe(`SELECT id FROM "${schema}"."${table}"`)).map((row) => String(row["id"]));
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#watching;
    await this.#engine.stop();
  }
}
