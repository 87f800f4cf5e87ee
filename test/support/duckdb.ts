import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance, type DuckDBConnection, type JS } from "@duckdb/node-api";

/** Real DuckDB in memory, with a folder of files for it to read. Times are shown in UTC. */
export class DuckDb implements AsyncDisposable {
  readonly folder: string;
  readonly connection: DuckDBConnection;

  private constructor(folder: string, connection: DuckDBConnection) {
    this.folder = folder;
    this.connection = connection;
  }

  static async open(): Promise<DuckDb> {
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new DuckDb(mkdtempSync(path.join(tmpdir(), "inlet-duckdb-")), connection);
  }

  /** Writes a file and answers its path. */
  file(name: string, bytes: Uint8Array | string): string {
    const at = path.join(this.folder, name);
    writeFileSync(at, bytes);
    return at;
  }

  /** Rows as plain JavaScript values: BIGINT as bigint, timestamps as Date. */
  async rows(sql: string): Promise<Record<string, JS>[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjectsJS();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.connection.closeSync();
    rmSync(this.folder, { recursive: true, force: true });
    return Promise.resolve();
  }
}
