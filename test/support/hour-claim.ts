import { HOUR_MS } from "../../src/core/durations.ts";
import type { HourClaim } from "../../src/core/exports.ts";

/** A claim of an hour (ms since epoch) that nobody has published yet, by plain rules. */
export const hourClaim = (hour: number, more: Partial<HourClaim> = {}): HourClaim => ({
  status: "claimed",
  token: 1,
  runId: 1,
  sourceId: "s1",
  schema: "shop",
  hour,
  version: 1,
  seq: 1,
  rules: { maxColumns: 500, excludedTables: [], excludedColumns: {} },
  ndjson: false,
  registry: { tables: [] },
  processedAt: hour + HOUR_MS,
  n: 0,
  idsBefore: [],
  idsAfter: [],
  publishedSegments: 0,
  ...more,
});
