import { DEBUGGER } from "./debugger.ts";
import type { IngestCounts, Observation, Sample } from "./sample.ts";

/** How many more samples a source may show: `tokens` as of `at` (ms). */
export interface Allowance {
  readonly tokens: number;
  readonly at: number;
}

export const FULL_ALLOWANCE: Allowance = { tokens: DEBUGGER.burst, at: 0 };

/** Allowance grows by `perSecond` up to `burst`. A clock that steps back grows nothing. */
export function refill({ tokens, at }: Allowance, now: number): Allowance {
  const earned = (Math.max(0, now - at) / 1000) * DEBUGGER.perSecond;
  return { tokens: Math.min(DEBUGGER.burst, tokens + earned), at: now };
}

const isTrouble = (sample: Sample): boolean => sample.status === "refused" || sample.status === "blocked";

/** Room for refused events that nothing else may take, and the other way round: neither drowns the other. */
const OTHERS_SHARE = 0.25;

/** At most `room` samples in their order: refused ones first, but a quarter is left to the rest if it wants it. */
export function chooseSamples(samples: readonly Sample[], room: number): Sample[] {
  if (samples.length <= room) return [...samples];
  const trouble = samples.filter(isTrouble);
  const others = samples.length - trouble.length;
  const forOthers = Math.min(others, Math.max(Math.ceil(room * OTHERS_SHARE), room - trouble.length));
  const newestOf = (list: readonly Sample[], count: number) => (count <= 0 ? [] : list.slice(-count));
  const kept = new Set([
    ...newestOf(trouble, room - forOthers),
    ...newestOf(
      samples.filter((sample) => !isTrouble(sample)),
      forOthers,
    ),
  ]);
  return samples.filter((sample) => kept.has(sample));
}

const totalOf = (counts: IngestCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** What of one push is shown, and how many of its events are not. */
export function sampleObservation(
  observation: Observation,
  allowance: Allowance,
  now: number,
): { readonly kept: Sample[]; readonly hidden: number; readonly allowance: Allowance } {
  const { tokens } = refill(allowance, now);
  const kept = chooseSamples(observation.samples, Math.floor(tokens));
  const seen = Math.max(totalOf(observation.counts), observation.samples.length);
  return { kept, hidden: seen - kept.length, allowance: { tokens: tokens - kept.length, at: now } };
}
