import { billOf } from "../dollars.ts";
import type { BenchReport } from "../main.ts";
import { deliveredAll } from "../operations.ts";
import { percent, show } from "../show.ts";
import { sumOf } from "../counts.ts";
import { PRICES_AS_OF } from "../../src/core/prices.ts";
import { html, table, type Markup } from "./html.ts";
import { bars, lines } from "./plots.ts";

export function costPart({ operations }: BenchReport): Markup {
  if (operations.length === 0)
    return html`<h2>Cost</h2>
      <p class="bad">Not measured.</p>`;
  const billed = operations.map((one) => ({
    one,
    bill: billOf(one.counts, one.events, one.delivered),
    counts: deliveredAll(one),
  }));
  const rows = billed.map(({ one, bill, counts }) => [
    one.shape.name,
    show(one.events),
    show(one.eventsPerSecond),
    show(one.drainedPerSecond),
    show(one.routedPerSecond),
    show(one.deliveriesPerSecond),
    show(sumOf(one.counts.rowsWritten) / one.events),
    counts ? `$${bill.total.toFixed(3)}` : "not each delivered once",
  ]);
  const named = billed.filter(({ one, counts }) => counts && one.shape.traffic !== undefined);
  const plotted = named.map(({ one, bill }) => ({ label: one.shape.traffic ?? "", value: bill.total, kind: 0 }));
  return html`<h2>Billable operations, counted</h2>
    <p>
      Dollars per million events at list prices of ${PRICES_AS_OF}; nothing that is included free is deducted. Processor
      time is assumed, all else is counted: ${"src/core/prices.ts"} names each price with its source.
    </p>
    ${plotted.length === 0 ? html`` : bars("Dollars per million events, five kinds of traffic", "$", plotted)}
    ${table(["traffic", "events", "acknowledged/s", "drained/s", "routed/s", "delivered/s", "rows an event", "per million"], rows)}`;
}

export function freePlanPart({ freePlan }: BenchReport): Markup {
  if (freePlan === undefined)
    return html`<h2>A day on the free plan</h2>
      <p class="bad">Not measured.</p>`;
  const rows = freePlan.quotas.map((one) => [
    one.what,
    show(one.used),
    `${show(one.quota)} ${one.unit}`,
    html`<span class="${one.used <= one.quota ? "good" : "bad"}">${percent(one.used / one.quota)}</span>`,
  ]);
  return html`<h2>A day on the free plan</h2>
    <p>
      ${show(freePlan.events)} events of ${show(freePlan.visits)} visits in ${show(freePlan.calls)} calls, one webhook,
      with the settings that a deployment for the free plan has. ${freePlan.hours} of 24 hours were driven. The first
      quota to be used up is “${freePlan.bindsFirst}”, at ${show(freePlan.mostEvents)} events a day; when every event is
      a call of its own “${freePlan.alone.bindsFirst}”, at about ${show(freePlan.alone.mostEvents)}.
    </p>
    ${table(["counted", "used a day", "quota", "share"], rows)}`;
}

export function scalePart({ scale }: BenchReport): Markup {
  if (scale === undefined)
    return html`<h2>Scale</h2>
      <p class="bad">Not measured.</p>`;
  const { rows, rules } = scale;
  const cells = rows.map((row) => [
    show(row.eventsPerSecond),
    `${row.sources}`,
    `${show(row.largest)} on ${row.largestShards ?? "more than 256"}`,
    `${row.shards}`,
    `${row.hot.callsInASecond}`,
    show(row.segmentsPerSecond),
    `$${show(row.dollarsPerDay)}`,
    row.loads
      .filter(({ share }) => share > 0.5)
      .map(({ what, share }) => `${what} ${percent(share)}`)
      .join("; ") || "nothing above half",
  ]);
  return html`<h2>From 1 to 1,000,000 events a second, simulated</h2>
    <p>
      Sources of Zipf's sizes, 20 events a call, one webhook each that takes one event a request. Rules that were
      checked: ${rules.map(({ rule }) => rule).join("; ")}.
    </p>
    ${table(["events/s", "sources", "largest on shards", "shards", "busiest shard, calls/s", "segments/s", "a day", "limits used"], cells)}
    ${lines("Dollars a day", { x: "events a second", y: "$ a day" }, [{ label: "at list prices", kind: 0, points: rows.map((row) => [row.eventsPerSecond, row.dollarsPerDay] as const) }])}`;
}
