import type { BenchReport } from "../main.ts";
import { percent, show, showSpread } from "../show.ts";
import { CONTESTANTS, type Contestant, type ShapeFigures } from "../throughput.ts";
import { html, nothing, table, type Markup } from "./html.ts";
import { bars, lines, type Bar } from "./plots.ts";

const NAMES: Readonly<Record<Contestant, string>> = {
  inlet: "Inlet",
  bare: "bare Worker",
  append: "one append an event",
  queue: "one queue message an event",
};

const SHORT: Readonly<Record<Contestant, string>> = { inlet: "Inlet", bare: "bare", append: "append", queue: "queue" };

const kindOf = (name: Contestant): number => CONTESTANTS.indexOf(name);

function shapeBars({ shape, of }: ShapeFigures): Markup {
  const all = CONTESTANTS.map((name): Bar => {
    const { median, low, high } = of[name].eventsPerSecond;
    return { label: NAMES[name], value: median, low, high, kind: kindOf(name) };
  });
  return bars(
    `${shape.perCall} a call, ${shape.callers} callers: events a second, quartiles as lines`,
    "events/s",
    all,
  );
}

function latencyLines(figures: readonly ShapeFigures[], perCall: number): Markup {
  const own = figures.filter(({ shape }) => shape.perCall === perCall);
  if (own.length < 2) return nothing;
  const all = CONTESTANTS.map((name) => ({
    label: SHORT[name],
    kind: kindOf(name),
    points: own.map(({ shape, of }) => [shape.callers, of[name].p95] as const),
  }));
  return lines(`${perCall} a call: the 95th percentile of an answer, ms`, { x: "callers", y: "ms" }, all);
}

const throughputTable = (figures: readonly ShapeFigures[]): Markup =>
  table(
    ["", "events/s", "p50 ms", "p95 ms", "p99 ms", "CPU µs a call", "settle ms", "driver", "Inlet ÷"],
    figures.flatMap(({ shape, of, versus }) =>
      CONTESTANTS.map((name) => {
        const one = of[name];
        return [
          `${shape.perCall} a call, ${shape.callers} callers: ${NAMES[name]}`,
          showSpread(one.eventsPerSecond),
          show(one.p50),
          show(one.p95),
          show(one.p99),
          show(one.cpuPerCall && one.cpuPerCall.median * 1000),
          show(one.settleMs),
          percent(one.driverShare),
          name === "inlet" ? "" : showSpread(versus[name]),
        ];
      }),
    ),
  );

export function speedPart({ throughput }: BenchReport): Markup {
  if (throughput.length === 0)
    return html`<h2>Throughput and latency</h2>
      <p class="bad">Not measured.</p>`;
  return html`<h2>Throughput and latency</h2>
    <p>
      Four Workers beside each other take turns, round after round. Trust the ratios rather than the rates, and
      processor time rather than either when the machine was busy.
    </p>
    ${throughput.filter(({ shape }) => shape.callers === 64).map(shapeBars)}
    ${[1, 20].map((perCall) => latencyLines(throughput, perCall))} ${throughputTable(throughput)}`;
}

export function corePart({ core, dedup, routing, exports }: BenchReport): Markup {
  const coreRows = core.map((one) => [
    `${one.sample}, ${show(one.bytes)} B`,
    show(one.roundTrip),
    show(one.core),
    show(one.ratio),
  ]);
  const idRows = dedup.map((one) => [
    show(one.ids),
    show(one.memoryBytes / 1e6),
    show(one.storedBytes / one.ids),
    show(one.newPerSecond),
    show(one.togetherPerSecond),
    show(one.spreadPerSecond),
    show(one.committedPerSecond),
    show(one.longestTurnMs),
    show(one.restartMs),
  ]);
  const rates = [
    ...(routing === undefined
      ? []
      : [[`Routing: pointers, of full segments`, show(routing.pointersPerSecond), show(routing.eventsPerSecond)]]),
    ...(exports === undefined
      ? []
      : [
          [
            `Export: rows of Parquet, a second of CPU`,
            show(exports.ours.rowsPerSecond),
            show(exports.ours.eventsPerSecond),
          ],
        ]),
  ];
  return html`<h2>Core, ids, and what follows</h2>
    ${table(["µs an event (Node)", "JSON there and back", "Inlet's steps, text included", "ratio"], coreRows)}
    <p class="soft">One shard's ids on real SQLite in workerd; look-ups a second in calls of 2,500.</p>
    ${table(["ids", "MB in memory", "B stored an id", "new/s", "known, together/s", "known, spread/s", "events/s committed", "longest turn ms", "restart ms"], idRows)}
    ${table(["rate", "a second", "events/s"], rates)}`;
}
