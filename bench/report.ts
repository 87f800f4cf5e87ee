import type { Bill } from "./dollars.ts";
import { billOf, objectRequests, queueOperations } from "./dollars.ts";
import type { BenchReport } from "./main.ts";
import { deliveredAll, type Operations } from "./operations.ts";
import { ASSUMED_CPU, PRICES } from "../src/core/prices.ts";
import { targetsOf, verdict, type Target } from "./targets.ts";
import { percent, show, showSpread } from "./show.ts";
import { scaleText } from "./scale.ts";
import type { ContestantFigures, ShapeFigures } from "./throughput.ts";

/** Columns padded to their widest cell; the first is text, the others are right-aligned. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function throughputRows({ shape, of, versus }: ShapeFigures): string[][] {
  const name = `${shape.perCall} a call, ${shape.callers} caller${shape.callers === 1 ? "" : "s"}`;
  const row = (who: string, one: ContestantFigures, ratio: string) => [
    `${name}: ${who}`,
    showSpread(one.eventsPerSecond),
    show(one.p50),
    show(one.p95),
    show(one.p99),
    show(one.cpuPerCall === undefined ? undefined : one.cpuPerCall.median * 1000),
    show(one.settleMs),
    `${(one.driverShare * 100).toFixed(0)} %`,
    ratio,
  ];
  return [
    row("Inlet", of.inlet, ""),
    row("bare", of.bare, showSpread(versus.bare)),
    row("append", of.append, showSpread(versus.append)),
    row("queue", of.queue, showSpread(versus.queue)),
  ];
}

function operationsText(one: Operations): string {
  const { shape, events, counts, delivered } = one;
  const bill = billOf(counts, events, delivered);
  const per = (n: number) => show((n * 1e6) / events);
  const list = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .filter(([, n]) => n > 0)
      .map(([name, n]) => `${name} ${per(n)}`)
      .join(" · ");
  const methods = Object.entries(counts.requests).flatMap(([name, of]) =>
    Object.entries(of).map(([method, n]) => [`${name}.${method}`, n] as const),
  );
  const lines = [
    `${shape.name}: ${show(events)} events at ${show(one.eventsPerSecond)} events/s; each figure per million events`,
    `  Worker       calls ${per(counts.worker.fetch)} · queue batches ${per(counts.worker.queue)}`,
    `  requests     ${list(Object.fromEntries(methods))}`,
    `  by class     ${list(objectRequests(counts))}`,
    `  rows written ${list(counts.rowsWritten)} (of these setAlarm: ${list(counts.alarmsSet) || "none"})`,
    `  rows read    ${list(counts.rowsRead)}`,
    `  R2           ${list(counts.r2)}`,
    `  queues       ${per(queueOperations(counts))} operations (${Object.entries(counts.queues)
      .map(([name, ops]) => `${name} ${list(ops)}`)
      .join("; ")})`,
    `  objects active for ${show((Object.values(counts.activeMs).reduce((a, b) => a + b, 0) / events) * 1000)} s`,
  ];
  if (shape.destinations > 0) {
    const due = events * shape.destinations;
    const verdict = deliveredAll(one) ? "" : ": NOT EACH ONCE, its bill does not count";
    lines.push(
      `  delivered    ${show(delivered)} of ${show(due)}, ${show(one.deliveriesPerSecond)} a second${verdict}`,
    );
  }
  return [...lines, billText(bill)].join("\n");
}

function billText(bill: Bill): string {
  const of = (lines: Bill["lines"]) => lines.map((one) => `${one.what} $${one.dollars.toFixed(4)}`).join(" + ");
  return `  = $${bill.total.toFixed(3)}: ${of(bill.lines)}\n  beside it: ${of(bill.beside)}`;
}

export const limitText = ({ atLeast, atMost }: Target["limit"]): string =>
  atLeast !== undefined ? `≥ ${show(atLeast)}` : atMost !== undefined ? `≤ ${show(atMost)}` : "";

function coreText({ core }: BenchReport): string {
  const rows = core.map((one) => [
    `${one.sample} (${show(one.bytes)} B)`,
    show(one.roundTrip),
    show(one.core),
    show(one.ratio),
  ]);
  return [
    "Core work, µs per event (Node)",
    table(["event", "parse + stringify", "normalise with stringify", "ratio"], rows),
  ].join("\n");
}

function dedupText({ dedup }: BenchReport): string {
  const rows = dedup.map((one) => [
    show(one.ids),
    show(one.memoryBytes / 1e6),
    one.residentBytes === undefined ? "" : show(one.residentBytes / 1e6),
    show(one.storedBytes / one.ids),
    show(one.rows / one.ids),
    show(one.newPerSecond),
    show(one.togetherPerSecond),
    show(one.spreadPerSecond),
    show(one.committedPerSecond),
    show(one.committedWhenEmpty),
    show(one.longestTurnMs),
    show(one.expiryMs),
    `${show(one.restartMs)} (${show(one.restartWallMs)})`,
  ]);
  const heads = [
    "ids",
    "MB",
    "resident",
    "B stored an id",
    "rows an id",
    "look-ups/s: new",
    "known, together",
    "known, from all over",
  ];
  const others = ["events/s committed", "into an empty shard", "longest turn ms", "expiry ms", "restart ms (passed)"];
  return [
    "One shard's ids on real SQLite in workerd; processor time, look-ups in calls of 2,500, commits of 24 calls of 20",
    table([...heads, ...others], rows),
  ].join("\n");
}

function headText({ machine, at, quick, seconds, loadAfter }: BenchReport): string {
  const busy = machine.loadBefore > 0.5 ? ": SOMEBODY ELSE WAS USING THE MACHINE, trust the ratios, not the rates" : "";
  return [
    `Inlet bench${quick ? " (quick)" : ""}, ${at}, ${seconds} s`,
    `${machine.cores} cores (${machine.model}), ${machine.memoryGb} GB, node ${machine.node}, workerd ${machine.workerd}, miniflare ${machine.miniflare}, load average before ${machine.loadBefore.toFixed(2)}, after ${loadAfter.toFixed(2)}${busy}`,
  ].join("\n");
}

function startupText({ startup }: BenchReport): string {
  if (startup === undefined) return "Bundle and start-up: not measured.";
  return `Bundle: ${show(startup.bytes / 1000)} kB, ${show(startup.gzip / 1000)} kB gzip. First 200 after ${show(startup.inletMs)} ms; a bare Worker's after ${show(startup.bareMs)} ms; ${show(startup.ownCpuMs)} ms of processor time are Inlet's own. First event on empty storage acknowledged ${show(startup.firstEventMs)} ms later.`;
}

function ratesText({ routing, exports, dashboard }: BenchReport): string {
  return [
    routing === undefined
      ? "Routing: not measured."
      : `Routing: ${show(routing.pointersPerSecond)} pointers/s, ${show(routing.cpuPerPointer)} ms of processor time each; full segments would be ${show(routing.eventsPerSecond)} events/s.`,
    exports === undefined
      ? "Exports: not measured."
      : `Exports: ${show(exports.ours.rowsPerSecond)} rows and ${show(exports.ours.eventsPerSecond)} events a second of processor time (map ${percent(exports.ours.shares.map)}, collect ${percent(exports.ours.shares.collect)}, encode ${percent(exports.ours.shares.encode)}); DuckDB's own conversion ${show(exports.theirs.eventsPerSecond)} rows/s.`,
    dashboard === undefined
      ? "Dashboard: not measured."
      : `Dashboard: ${show(dashboard.gzipBytes / 1000)} kB gzip in ${dashboard.files} files, usable after ${showSpread(dashboard.readyMs)} ms with nothing cached, ${showSpread(dashboard.againMs)} ms again.`,
  ].join("\n");
}

function freePlanText({ freePlan }: BenchReport): string {
  if (freePlan === undefined) return "A day on the free plan: not measured.";
  const { events, calls, hours, drivenEvents, quotas, mostEvents, bindsFirst, alone } = freePlan;
  return [
    `A day on the free plan: ${show(events)} events in ${show(calls)} calls, one webhook; ${hours} of 24 hours driven (${show(drivenEvents)} events, ${show(freePlan.deliveredEvents)} delivered)`,
    table(
      ["counted", "used", "quota", "share", ""],
      quotas.map((one) => [one.what, show(one.used), show(one.quota), percent(one.used / one.quota), one.unit]),
    ),
    `First to be used up: ${bindsFirst}, at ${show(mostEvents)} events a day. With every event in a call of its own: ${alone.bindsFirst}, at about ${show(alone.mostEvents)}.`,
  ].join("\n");
}

/** The whole report as text. */
export function renderReport(report: BenchReport): string {
  const { throughput, operations, notMeasured } = report;
  const saturated = throughput.some(({ of }) => Object.values(of).some((one) => one.driverShare > 0.85));
  const prices = Object.entries(PRICES).map(
    ([name, one]) => `${name} $${one.dollars} per ${one.per} (${one.source}, ${one.asOf})`,
  );
  const { requestMs, eventMs, deliveredEventMs } = ASSUMED_CPU;
  return [
    headText(report),
    "",
    "Throughput and latency (ms), Workers side by side, rounds interleaved; medians and quartiles over the rounds; the last column is Inlet ÷ this one",
    table(
      ["shape", "events/s", "p50", "p95", "p99", "CPU µs a call", "settle ms", "driver", "Inlet ÷"],
      throughput.flatMap(throughputRows),
    ),
    saturated
      ? "THE DRIVER WAS SATURATED in at least one round: those rates are its own, not the Worker's."
      : "The driver was never the bottleneck (its column is its share of one core).",
    "",
    "Billable operations, counted",
    operations.map(operationsText).join("\n\n"),
    "",
    "Packing is what makes events cheap, and it vanishes as a source gets slow. Callers who wait for each other's answers share",
    "commits; callers who come one by one each pay for their own (the shape whose callers rest). A source that sends one event",
    "every few seconds pays for a drain, a segment and a pointer each time (the trickle): a high price per million, and cents a month.",
    "",
    coreText(report),
    "",
    dedupText(report),
    "",
    startupText(report),
    ratesText(report),
    "",
    freePlanText(report),
    "",
    "From 1 to 1,000,000 events a second, simulated",
    report.scale === undefined ? "not measured" : scaleText(report.scale),
    "",
    `Prices: ${prices.join("; ")}.`,
    `Assumed CPU: ${requestMs} ms a call + ${eventMs} ms an event at the door, ${deliveredEventMs} ms a delivered event.`,
    "",
    table(
      ["target", "limit", "measured", "unit", ""],
      targetsOf(report).map((one) => [one.what, limitText(one.limit), show(one.measured), one.unit, verdict(one)]),
    ),
    "",
    ...notMeasured.map(({ what, why }) => `NOT MEASURED: ${what}: ${why}`),
    "",
  ].join("\n");
}
