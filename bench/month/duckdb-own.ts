import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { BOUNDED } from "./tables.ts";

/** DuckDB's own conversion of the same segments: one row an event, into one file. */
export interface DuckDbOwn {
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly bytes: number;
}

const COLUMNS = {
  messageId: "VARCHAR",
  type: "VARCHAR",
  event: "VARCHAR",
  name: "VARCHAR",
  userId: "VARCHAR",
  anonymousId: "VARCHAR",
  groupId: "VARCHAR",
  previousId: "VARCHAR",
  timestamp: "TIMESTAMPTZ",
  originalTimestamp: "TIMESTAMPTZ",
  sentAt: "TIMESTAMPTZ",
  receivedAt: "TIMESTAMPTZ",
  properties: "JSON",
  traits: "JSON",
  context: "JSON",
  integrations: "JSON",
};

/**
 * NDJSON to Parquet as DuckDB does it, on `threads` threads. What events bring along stays JSON: left to find the types,
 * it gives up over keys that differ in their case alone.
 */
export async function convertWithDuckDb(segments: readonly string[], threads: number): Promise<DuckDbOwn> {
  const folder = mkdtempSync(path.join(tmpdir(), "inlet-duckdb-"));
  const target = path.join(folder, "events.parquet");
  const instance = await DuckDBInstance.create(":memory:", {
    ...BOUNDED,
    threads: String(threads),
    temp_directory: folder,
  });
  const connection = await instance.connect();
  try {
    const files = segments.map((file) => `'${file.replaceAll("'", "''")}'`).join(", ");
    const columns = Object.entries(COLUMNS)
      .map(([name, type]) => `"${name}": '${type}'`)
      .join(", ");
    const start = performance.now();
    await connection.run(
      `COPY (SELECT * FROM read_json([${files}], format = 'newline_delimited', compression = 'gzip', columns = {${columns}}, maximum_object_size = 1048576)) TO '${target}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    const seconds = (performance.now() - start) / 1000;
    const read = await connection.runAndReadAll(`SELECT count(*)::INT FROM read_parquet('${target}')`);
    const events = Number(read.getRows()[0]?.[0]);
    return { events, seconds, eventsPerSecond: events / seconds, bytes: statSync(target).size };
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}
