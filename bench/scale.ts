// Load of shards, queues and objects from 1 to 1,000,000 events a second, with sources of very different size. Plain
// arithmetic and the product's own rule for shards; always the same. `node bench/scale.ts` runs it alone.
import { LAST_MEASURED, type Measured } from "./scale/limits.ts";
import { sharedRules, type Rule } from "./scale/rules.ts";
import { simulateScale, type ScaleRow } from "./scale/simulate.ts";

const RATES = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

export interface ScaleReport {
  readonly rules: readonly Rule[];
  readonly rows: readonly ScaleRow[];
}

/** Throws when a rule of sharding is broken: then the figures mean nothing. */
export function measureScale(measured: Measured = LAST_MEASURED): ScaleReport {
  const rules = sharedRules();
  const broken = rules.filter(({ held }) => !held);
  if (broken.length > 0) throw new Error(broken.map(({ rule, found }) => `${rule}: broken, ${found}`).join("; "));
  return { rules, rows: RATES.map((rate) => simulateScale(rate, measured)) };
}

const show = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(value >= 1 ? 3 : 2);

/** The report as lines of text. */
export function scaleText({ rules, rows }: ScaleReport): string {
  const line = (row: ScaleRow) =>
    [
      `${show(row.eventsPerSecond)} events/s: ${row.sources} sources, the largest ${show(row.largest)}/s on ${row.largestShards ?? "more than 256"} shards (${row.shards} in all),`,
      `  busiest shard ${row.hot.callsInASecond} calls/s, ${row.hot.events.toFixed(2)} × the mean; ${show(row.segmentsPerSecond)} segments/s; $${show(row.dollarsPerDay)} a day, $${row.dollarsPerMillion.toFixed(3)} per million`,
      ...row.loads
        .slice(0, 4)
        .map((load) => `  ${(load.share * 100).toFixed(0).padStart(5)} %  ${load.what}: ${load.text}`),
    ].join("\n");
  return [...rules.map(({ rule, found }) => `holds: ${rule} (${found})`), ...rows.map(line)].join("\n");
}

if (import.meta.main) console.log(scaleText(measureScale()));
