import type { BenchReport } from "../main.ts";
import { limitText } from "../report.ts";
import { show, showSpread } from "../show.ts";
import { targetsOf, verdict } from "../targets.ts";
import { costPart, freePlanPart, scalePart } from "./cost.ts";
import { html, Markup, table } from "./html.ts";
import { corePart, speedPart } from "./speed.ts";
import { STYLE } from "./style.ts";

function headPart({ at, quick, seconds, machine, loadAfter }: BenchReport): Markup {
  const busy = machine.loadBefore > 0.5;
  return html`<h1>Inlet, measured</h1>
    <p class="soft">
      ${at}${quick ? ", a quick run" : ""}, ${seconds} s · ${machine.cores} cores (${machine.model}),
      ${machine.memoryGb} GB · Node ${machine.node}, workerd ${machine.workerd}, miniflare ${machine.miniflare} · load
      average ${machine.loadBefore.toFixed(2)} before the run, ${loadAfter.toFixed(2)} after. Made by
      <code>npm run bench</code>; what each figure means: bench/README.md.
    </p>
    ${busy ? html`<p class="bad">Somebody else was using the machine: trust ratios and processor time, not rates.</p>` : html``}`;
}

function targetsPart(report: BenchReport): Markup {
  const rows = targetsOf(report).map((one) => {
    const said = verdict(one);
    return [
      one.what,
      limitText(one.limit),
      show(one.measured),
      one.unit,
      html`<span class="${said === "met" ? "good" : "bad"}">${said}</span>`,
    ];
  });
  return html`<h2>Targets</h2>
    ${table(["target", "limit", "measured", "unit", ""], rows)}`;
}

function sizePart({ startup, dashboard }: BenchReport): Markup {
  const rows = [
    ...(startup === undefined
      ? []
      : [
          ["Worker bundle, gzip", `${show(startup.gzip / 1000)} kB`],
          ["First answer, Inlet", `${show(startup.inletMs)} ms`],
          ["First answer, bare Worker", `${show(startup.bareMs)} ms`],
          ["Inlet's own processor time of it", `${show(startup.ownCpuMs)} ms`],
          ["First event on empty storage, after that", `${show(startup.firstEventMs)} ms`],
        ]),
    ...(dashboard === undefined
      ? []
      : [
          ["Dashboard's first screen, gzip", `${show(dashboard.gzipBytes / 1000)} kB in ${dashboard.files} files`],
          ["Usable in Chromium, nothing cached", `${showSpread(dashboard.readyMs)} ms`],
          ["Usable again", `${showSpread(dashboard.againMs)} ms`],
        ]),
  ];
  return html`<h2>Size and start</h2>
    ${table(["", ""], rows)}`;
}

function missingPart({ notMeasured }: BenchReport): Markup {
  if (notMeasured.length === 0) return html``;
  return html`<h2>Not measured</h2>
    <ul>
      ${notMeasured.map(({ what, why }) => html`<li>${what}: ${why}</li>`)}
    </ul>`;
}

/** The report as one page that needs nothing else: no scripts, no fonts, no network. */
export function renderPage(report: BenchReport): string {
  const body = [headPart, targetsPart, missingPart, speedPart, costPart, corePart, sizePart, freePlanPart, scalePart];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Inlet, measured</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        ${body.map((part) => part(report))}
      </body>
    </html> `.text;
}
