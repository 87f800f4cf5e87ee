import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../scripts/serve.mjs";
import { DAY_MS } from "../../src/core/durations.ts";
import { runMonth, type MonthReport } from "./run.ts";

/** The last whole days before today, so that every hour is over. */
const startOf = (days: number): number => (Math.floor(Date.now() / DAY_MS) - days - 1) * DAY_MS;

const MB = 1e6;
/**
 * What the isolate's heap may grow to, MB: when that is not enough the runtime ends, and so the run. Cloudflare's limit is
 * 128 MB with everything.
 */
const HEAP_MB = 80;
const grouped = (value: number): string => Math.round(value).toLocaleString("en-GB");

function describe({ duckDb, memory, ...report }: MonthReport): string {
  const lines = [
    `${grouped(report.events)} events of ${report.hours} hours in ${grouped(report.segments)} segments (${grouped(report.archivedBytes / MB)} MB packed)`,
    `${grouped(report.rows)} rows in ${report.tables} tables, exported in ${grouped(report.seconds)} s: ${grouped(report.rowsPerSecond)} rows/s, ${grouped(report.eventsPerSecond)} events/s`,
    `done in an isolate whose heap was limited to ${HEAP_MB} MB; ${(memory.median / MB).toFixed(0)} MB after a collection in the middle of ${memory.samples} looks, with buffers, ${(memory.heap / MB).toFixed(0)} MB at most with what the runtime had not let go of yet`,
    ...(duckDb === undefined
      ? []
      : [
          `DuckDB's own NDJSON to Parquet, one thread, one table, properties left as JSON: ${grouped(duckDb.events)} rows in ${grouped(duckDb.seconds)} s: ${grouped(duckDb.eventsPerSecond)} rows/s`,
        ]),
    `differences between DuckDB's answers and the raw segments: ${report.differences.length}; after ${grouped(report.lateEvents)} late events: ${report.lateDifferences.length}`,
    ...[...report.differences, ...report.lateDifferences].slice(0, 50).map((text) => `  ${text}`),
  ];
  return lines.join("\n");
}

/** Writes the report to stdout and `dist/bench/month.json`; the exit code is 1 when anything differs. */
export async function benchMonth({
  events,
  days,
  late,
}: {
  readonly events: number;
  readonly days: number;
  /** Share of the events that come after the first comparison, 0 to 1. */
  readonly late: number;
}): Promise<number> {
  const start = performance.now();
  process.env["MINIFLARE_WORKERD_V8_FLAGS"] = `--max-old-space-size=${HEAP_MB}`;
  const report = await runMonth({
    start: startOf(days),
    hours: days * 24,
    copiesAfter: [26, 140],
    events,
    seed: 1,
    shards: 2,
    linesEach: 1000,
    late,
    compareSpeed: true,
    log: (text) => {
      const resident = grouped(process.memoryUsage.rss() / MB);
      console.log(`${grouped((performance.now() - start) / 1000)} s: ${text} (${resident} MB resident here)`);
    },
  });
  const folder = path.join(ROOT, "dist/bench");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "month.json"), JSON.stringify(report, null, 2));
  console.log(describe(report));
  return report.differences.length + report.lateDifferences.length === 0 ? 0 : 1;
}
