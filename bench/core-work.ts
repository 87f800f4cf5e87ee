// Core's own work, in a process of its own: no Worker, no network.
import { normalise, openArrival } from "../src/core/normalise.ts";
import { median } from "./load.ts";
import { eventTexts, type SampleName } from "./sample-events.ts";

export interface CoreWork {
  readonly sample: SampleName;
  readonly bytes: number;
  /** µs per event. */
  readonly roundTrip: number;
  /** `normalise`, which ends in the line's JSON text, µs per event. */
  readonly core: number;
  /** core ÷ roundTrip, median over the rounds. */
  readonly ratio: number;
}

const VARIANTS = 200;
const ROUND_MS = 120;

function timed(work: (i: number) => void): number {
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < ROUND_MS;) {
    for (let i = 0; i < VARIANTS; i++) work(i);
    done += VARIANTS;
  }
  return ((performance.now() - start) / done) * 1000;
}

function measureCore(sample: SampleName, rounds: number): CoreWork {
  const texts = eventTexts(sample, VARIANTS);
  const opened = openArrival({
    projectId: "src_bench",
    impliedType: undefined,
    sender: { ip: "203.0.113.7", userAgent: "Mozilla/5.0", clientSide: true },
    receivedAt: Date.parse("2026-11-22T09:30:01.000Z"),
  });
  if (!opened.ok) throw new Error("the arrival was refused");
  const arrival = opened.value;
  const newId = () => "made";
  let kept = 0;
  // Both sides parse afresh, as a request does: objects out of JSON.parse are shaped anew each time.
  const roundTrip = (i: number) => void (kept += JSON.stringify(JSON.parse(texts[i]!)).length);
  const parseOnly = (i: number) => void (kept += JSON.parse(texts[i]!) === null ? 1 : 0);
  const whole = (i: number) => {
    const result = normalise(JSON.parse(texts[i]!), arrival, newId);
    if (!result.ok) throw new Error(`the sample was refused: ${result.error.reason}`);
    kept += result.value.line.length;
  };
  for (const warm of [roundTrip, whole, parseOnly]) timed(warm);
  const found = Array.from({ length: rounds }, () => {
    const base = timed(roundTrip);
    const all = timed(whole);
    const core = all - timed(parseOnly);
    return { base, core, ratio: core / base };
  });
  if (kept === 0) throw new Error("nothing was done");
  return {
    sample,
    bytes: texts[0]!.length,
    roundTrip: median(found.map((one) => one.base)),
    core: median(found.map((one) => one.core)),
    ratio: median(found.map((one) => one.ratio)),
  };
}

export interface CoreReport {
  readonly core: readonly CoreWork[];
}

const rounds = process.argv.includes("--quick") ? 3 : 9;
const report: CoreReport = {
  core: (["small", "typical", "large"] as const).map((sample) => measureCore(sample, rounds)),
};
process.send?.(report);
