// Stored events to Parquet: Inlet's mapping and files against DuckDB's own conversion of the same NDJSON.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { JsonObject } from "../src/core/json.ts";
import { mapEvent } from "../src/core/warehouse/map-event.ts";
import { Notices } from "../src/core/warehouse/notices.ts";
import { Registry } from "../src/core/warehouse/registry.ts";
import type { ExportRules } from "../src/core/warehouse/schema.ts";
import { encodeParquet } from "../src/warehouse/parquet.ts";
import { TableBuffers, type FullTable } from "../src/warehouse/table-buffers.ts";
import { UpsertBuffers } from "../src/warehouse/upsert-buffers.ts";
import { seededRandom } from "../test/support/random.ts";
import { eventTexts } from "./sample-events.ts";

export interface ParquetWork {
  readonly events: number;
  readonly inputBytes: number;
  /** Rows in Parquet files: a track makes two. */
  readonly rows: number;
  readonly files: number;
  readonly outputBytes: number;
  /** Of CPU, on all threads of the process: others may be using the machine. */
  readonly eventsPerSecond: number;
  readonly rowsPerSecond: number;
  /** Share of the time: parsing and mapping, collecting by column, writing Parquet. */
  readonly shares: { readonly map: number; readonly collect: number; readonly encode: number };
  /** Greatest resident memory beyond that at the start, bytes. */
  readonly memoryGrowth: number;
}

export interface DuckDbWork {
  readonly outputBytes: number;
  /** Of CPU, on all its threads; an event is one row. */
  readonly eventsPerSecond: number;
}

const RULES: ExportRules = { maxColumns: 500, excludedTables: [], excludedColumns: {} };
/** Events between two looks at the clock: a look costs about as much as a tenth of an event. */
const BATCH = 500;

/** Seconds of CPU of this process since `start`. */
function cpuSeconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Maps and writes events, given as lines of JSON; `keep` takes each file, which is forgotten otherwise. */
export function measureParquet(
  lines: Iterable<string>,
  keep: (table: string, bytes: Uint8Array) => void = () => {},
): ParquetWork {
  const into = {
    registry: new Registry({ tables: [] }),
    rules: RULES,
    notices: new Notices(),
    processedAt: Date.now(),
  };
  const buffers = new TableBuffers();
  const upserts = new UpsertBuffers(1);
  const memoryBefore = process.memoryUsage.rss();
  const work = { events: 0, inputBytes: 0, rows: 0, files: 0, outputBytes: 0, memoryGrowth: 0 };
  const spent = { map: 0, collect: 0, encode: 0 };
  const write = ({ table, rows }: FullTable): void => {
    const bytes = encodeParquet(table, rows);
    work.files++;
    work.rows += rows.count;
    work.outputBytes += bytes.byteLength;
    work.memoryGrowth = Math.max(work.memoryGrowth, process.memoryUsage.rss() - memoryBefore);
    keep(table.name, bytes);
  };
  let cpu = 0;
  const run = (batch: readonly string[]): void => {
    const cpuStart = process.cpuUsage();
    const start = performance.now();
    const mapped = batch.map((line) => mapEvent(JSON.parse(line) as JsonObject, into));
    const collecting = performance.now();
    spent.map += collecting - start;
    for (const row of mapped.flat()) {
      if (row.table.kind === "users" || row.table.kind === "accounts") upserts.add(row);
      else buffers.add(row);
    }
    const encoding = performance.now();
    spent.collect += encoding - collecting;
    for (; upserts.full; upserts.take());
    for (; buffers.full; write(buffers.takeLargest()!));
    spent.encode += performance.now() - encoding;
    cpu += cpuSeconds(cpuStart);
  };
  let batch: string[] = [];
  for (const line of lines) {
    batch.push(line);
    work.events++;
    work.inputBytes += line.length + 1;
    if (batch.length < BATCH) continue;
    run(batch);
    batch = [];
  }
  run(batch);
  const cpuStart = process.cpuUsage();
  const ending = performance.now();
  for (const full of buffers.takeAll()) write(full);
  upserts.takeAll();
  spent.encode += performance.now() - ending;
  cpu += cpuSeconds(cpuStart);
  const ms = spent.map + spent.collect + spent.encode;
  return {
    ...work,
    eventsPerSecond: work.events / cpu,
    rowsPerSecond: work.rows / cpu,
    shares: { map: spent.map / ms, collect: spent.collect / ms, encode: spent.encode / ms },
  };
}

/** DuckDB's NDJSON → one Parquet file of the same events, its types found by itself. */
export async function measureDuckDb(lines: readonly string[]): Promise<DuckDbWork> {
  const folder = mkdtempSync(path.join(tmpdir(), "inlet-bench-"));
  const [from, to] = [path.join(folder, "events.ndjson"), path.join(folder, "events.parquet")];
  try {
    writeFileSync(from, `${lines.join("\n")}\n`);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const start = process.cpuUsage();
    await connection.run(
      `COPY (SELECT * FROM read_ndjson_auto('${from}', maximum_object_size = 1048576)) TO '${to}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    const seconds = cpuSeconds(start);
    connection.closeSync();
    instance.closeSync();
    return { outputBytes: statSync(to).size, eventsPerSecond: lines.length / seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const NAMES = ["Product Viewed", "Product Added", "Cart Viewed", "Order Completed", "Signed Up"];
const START = Date.parse("2026-11-22T09:00:00.000Z");

/** Lines as the archive holds them: tracks of a shop, typical ones of about 1.2 kB, always the same. */
export function* shopLines(count: number): Generator<string> {
  const [text = "{}"] = eventTexts("typical", 1);
  const random = seededRandom(1).next;
  for (let i = 0; i < count; i++) {
    const event = JSON.parse(text) as JsonObject & { properties: JsonObject };
    const at = new Date(START + i * 3).toISOString();
    Object.assign(event, {
      messageId: `ajs-next-${i}-${Math.floor(random() * 2 ** 48).toString(36)}`,
      userId: `user-${Math.floor(random() * 20_000)}`,
      anonymousId: `${Math.floor(random() * 2 ** 48).toString(36)}-anonymous`,
      event: NAMES[Math.floor(random() * NAMES.length)],
      receivedAt: at,
      sentAt: at,
      timestamp: at,
      originalTimestamp: at,
    });
    Object.assign(event.properties, {
      product_id: `p-${Math.floor(random() * 500)}`,
      price: Math.round(random() * 10_000) / 100,
      quantity: Math.floor(random() * 9),
    });
    yield JSON.stringify(event);
  }
}

if (import.meta.main) {
  const lines = [...shopLines(Number(process.argv[2] ?? 100_000))];
  measureParquet(lines.slice(0, 5_000));
  const [ours, theirs] = [measureParquet(lines), await measureDuckDb(lines)];
  const ratio = ours.rowsPerSecond / theirs.eventsPerSecond;
  process.stdout.write(`${JSON.stringify({ ours, theirs, rowsToTheirs: ratio }, null, 2)}\n`);
}
