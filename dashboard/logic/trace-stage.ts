import { elapsed } from "./times.ts";

export type Tone = "good" | "bad" | "waiting" | "neutral";

/** One point on the line: what happened, and when if that is known (ms). */
export interface Stage {
  readonly key: string;
  readonly tone: Tone;
  readonly title: string;
  readonly note?: string;
  /** A published reason. */
  readonly code?: string;
  readonly at?: number;
  /** ms since the stage before it that has a time. */
  readonly gap?: number;
  /** The gap is counted from when the event was received: nothing is before it on its line. */
  readonly first?: true;
}

export type Untimed = Omit<Stage, "gap" | "first">;

/** Stages with the time that passed between each and the one before it; the first one's is from `start`, its receipt. */
export function withGaps(stages: readonly Untimed[], start?: number): readonly Stage[] {
  let last = start;
  let first = start !== undefined;
  return stages.map((stage) => {
    if (stage.at === undefined) return stage;
    const gap = last === undefined ? undefined : stage.at - last;
    const since = first ? ({ first } as const) : {};
    last = stage.at;
    first = false;
    return gap === undefined || gap < 0 ? stage : { ...stage, gap, ...since };
  });
}

/** "+0.3 s". */
export const gapText = (ms: number): string => (ms < 1000 ? `+${ms} ms` : `+${elapsed(ms)}`);

export const timeOf = (iso: string | undefined): { at?: number } => (iso === undefined ? {} : { at: Date.parse(iso) });
