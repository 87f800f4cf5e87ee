import { sumOf } from "./counts.ts";
import { billOf } from "./dollars.ts";
import type { BenchReport } from "./main.ts";
import { deliveredAll, type Operations } from "./operations.ts";
import type { ShapeFigures } from "./throughput.ts";

/** One of the project's numbers to hold, next to what was measured; no limit is set to those that are only told. */
export interface Target {
  readonly what: string;
  readonly limit: { readonly atLeast?: number; readonly atMost?: number };
  readonly measured: number | undefined;
  readonly unit: string;
}

const intakeRows = (one: Operations | undefined): number | undefined =>
  one && (one.counts.rowsWritten["Intake"] ?? 0) / one.events;

const allRows = (one: Operations | undefined): number | undefined => one && sumOf(one.counts.rowsWritten) / one.events;

/** What the shape costs; undefined when it was not counted or its webhooks did not get every event once. */
function dollarsOf(one: Operations | undefined): number | undefined {
  if (one === undefined || !deliveredAll(one)) return undefined;
  return billOf(one.counts, one.events, one.delivered).total;
}

/** What one more destination costs, from runs with different numbers of them. */
function perDestination(few: Operations | undefined, many: Operations | undefined): number | undefined {
  const [less, more] = [dollarsOf(few), dollarsOf(many)];
  if (less === undefined || more === undefined || few === undefined || many === undefined) return undefined;
  return (more - less) / (many.shape.destinations - few.shape.destinations);
}

/** The other's processor time a call ÷ Inlet's: what the ratio of the rates is when nobody else uses the machine. */
function cpuRatio(figures: ShapeFigures | undefined, other: "bare" | "append"): number | undefined {
  const [theirs, own] = [figures?.of[other].cpuPerCall, figures?.of.inlet.cpuPerCall];
  return theirs === undefined || own === undefined ? undefined : theirs.median / own.median;
}

export function targetsOf(report: BenchReport): Target[] {
  const at = (perCall: number): ShapeFigures | undefined =>
    report.throughput.find(({ shape }) => shape.callers === 64 && shape.perCall === perCall);
  const counted = (perCall: number, destinations: number, batched = false): Operations | undefined =>
    report.operations.find(({ shape }) => {
      const same = shape.perCall === perCall && shape.destinations === destinations;
      return same && shape.callers === 50 && (shape.batched ?? false) === batched;
    });
  const [single, twenty] = [at(1), at(20)];
  const core = (sample: string) => report.core.find((one) => one.sample === sample)?.ratio;
  const ids = report.dedup.at(-1);
  const { startup, stored, freePlan, dashboard } = report;
  const [none, one, five] = [0, 1, 5] as const;
  return [
    {
      what: "$ per million, 1 a call, one destination",
      limit: { atMost: 0.6 },
      measured: dollarsOf(counted(1, one)),
      unit: "$",
    },
    {
      what: "$ per million, 20 a call, one destination",
      limit: { atMost: 0.07 },
      measured: dollarsOf(counted(20, one)),
      unit: "$",
    },
    {
      what: "$ per million, 20 a call, one that takes batches",
      limit: { atMost: 0.07 },
      measured: dollarsOf(counted(20, one, true)),
      unit: "$",
    },
    {
      what: "$ per million, 1 a call, no destination",
      limit: { atMost: 0.6 },
      measured: dollarsOf(counted(1, none)),
      unit: "$",
    },
    {
      what: "$ per million, 20 a call, no destination",
      limit: { atMost: 0.07 },
      measured: dollarsOf(counted(20, none)),
      unit: "$",
    },
    ...[1, 20].map((perCall) => ({
      what: `$ per million that each further destination adds, ${perCall} a call`,
      limit: {},
      measured: perDestination(counted(perCall, one), counted(perCall, five)),
      unit: "$",
    })),
    ...[one, five].map((destinations) => ({
      what: `deliveries, 20 a call, ${destinations === one ? "one destination" : "five destinations"}`,
      limit: {},
      measured: counted(20, destinations)?.deliveriesPerSecond,
      unit: "a second",
    })),
    {
      what: "deliveries, 20 a call, one that takes batches",
      limit: {},
      measured: counted(20, one, true)?.deliveriesPerSecond,
      unit: "a second",
    },
    {
      what: "Intake rows written per event, 1 a call, 50 callers",
      limit: { atMost: 0.15 },
      measured: intakeRows(counted(1, none)),
      unit: "rows",
    },
    {
      what: "Intake rows written per event, 20 a call",
      limit: { atMost: 0.05 },
      measured: intakeRows(counted(20, none)),
      unit: "rows",
    },
    {
      what: "rows of all classes with a destination, 1 a call",
      limit: { atMost: 0.15 },
      measured: allRows(counted(1, one)),
      unit: "rows",
    },
    {
      what: "rows of all classes with a destination, 20 a call",
      limit: { atMost: 0.05 },
      measured: allRows(counted(20, one)),
      unit: "rows",
    },
    {
      what: "single events, 64 callers: Inlet / bare",
      limit: { atLeast: 0.5 },
      measured: single?.versus.bare.median,
      unit: "×",
    },
    {
      what: "  the same in processor time a call",
      limit: { atLeast: 0.5 },
      measured: cpuRatio(single, "bare"),
      unit: "×",
    },
    {
      what: "single events, 64 callers: Inlet / one append each",
      limit: { atLeast: 1.5 },
      measured: single?.versus.append.median,
      unit: "×",
    },
    {
      what: "  the same in processor time a call",
      limit: { atLeast: 1.5 },
      measured: cpuRatio(single, "append"),
      unit: "×",
    },
    {
      what: "20 a call, 64 callers: Inlet / bare",
      limit: { atLeast: 0.4 },
      measured: twenty?.versus.bare.median,
      unit: "×",
    },
    {
      what: "  the same in processor time a call",
      limit: { atLeast: 0.4 },
      measured: cpuRatio(twenty, "bare"),
      unit: "×",
    },
    {
      what: "20 a call, 64 callers, through one shard",
      limit: { atLeast: 20_000 },
      measured: twenty?.of.inlet.eventsPerSecond.median,
      unit: "events/s",
    },
    ...["small", "typical", "large"].map((sample) => ({
      what: `core work ÷ JSON round trip, ${sample} event`,
      limit: { atMost: 2 },
      measured: core(sample),
      unit: "×",
    })),
    {
      what: "bytes stored per id",
      limit: { atMost: 20 },
      measured: ids && ids.storedBytes / ids.ids,
      unit: "B",
    },
    {
      what: "  of it hashes and commit times, 20 a call",
      limit: {},
      measured: stored && stored.bytes / stored.ids,
      unit: "B",
    },
    {
      what: "memory of a shard with 50 million ids",
      limit: { atMost: 64 },
      measured: ids === undefined || ids.ids < 50e6 ? undefined : ids.memoryBytes / 1e6,
      unit: "MB",
    },
    { what: "Worker bundle, gzip", limit: { atMost: 3000 }, measured: startup && startup.gzip / 1000, unit: "kB" },
    {
      what: "start-up beyond a bare Worker's, processor time",
      limit: { atMost: 400 },
      measured: startup && (startup.ownCpuMs ?? startup.inletMs - startup.bareMs),
      unit: "ms",
    },
    {
      what: "dashboard's first screen, gzip",
      limit: { atMost: 250 },
      measured: dashboard && dashboard.gzipBytes / 1000,
      unit: "kB",
    },
    {
      what: "events a day within every quota of the free plan",
      limit: { atLeast: 50_000 },
      measured: freePlan?.mostEvents,
      unit: "events",
    },
  ];
}

/** `met`, `missed by 12 %`, or why there is no answer. */
export function verdict({ limit, measured }: Target): string {
  if (measured === undefined || !Number.isFinite(measured)) return "not measured";
  const { atLeast, atMost } = limit;
  const short =
    atLeast !== undefined
      ? (atLeast - measured) / atLeast
      : atMost !== undefined
        ? (measured - atMost) / atMost
        : undefined;
  if (short === undefined) return "";
  return short <= 0 ? "met" : `missed by ${(short * 100).toFixed(0)} %`;
}
