import type { DeadLetter } from "./dead-letter.ts";
import type { Outcome } from "./delivery.ts";
import type { SettledLine } from "./ledger.ts";

/** One line of a segment on its way to a destination. `event` is absent when the line is not a JSON object. */
export interface DeliveryLine {
  readonly line: number;
  readonly text: string;
  readonly event?: Readonly<Record<string, unknown>>;
}

/** A line's fate: an outcome of sending it, or a drop before that. */
export type Fate = Outcome | { readonly status: "dropped"; readonly reason: string; readonly detail?: string };

/** Samples of one reason that travel to the ledger with one settlement. */
const SAMPLES_PER_REASON = 3;

/** Reads a line and takes out `_metadata`, which is the collector's own business (messages.md §2.1). */
export function parseLine(line: number, text: string): DeliveryLine {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return { line, text };
    const { _metadata: _, ...event } = parsed as Record<string, unknown>;
    return { line, text, event };
  } catch {
    return { line, text };
  }
}

/** Receipt at the collector → `now`, when the event says when it was received. */
function latencyOf(event: DeliveryLine["event"], now: number): number | undefined {
  const receivedAt = Date.parse(String(event?.["receivedAt"]));
  return Number.isFinite(receivedAt) ? Math.max(0, now - receivedAt) : undefined;
}

/** The fates as the ledger books them, in their order; latencies up to `now`, and a few samples of each reason. */
export function settleLines(
  lines: readonly DeliveryLine[],
  fates: ReadonlyMap<number, Fate>,
  now: number,
): SettledLine[] {
  const byLine = new Map(lines.map((line) => [line.line, line]));
  const samples = new Map<string, number>();
  const takesSample = (key: string): boolean => {
    const taken = samples.get(key) ?? 0;
    samples.set(key, taken + 1);
    return taken < SAMPLES_PER_REASON;
  };
  return [...fates].map(([line, fate]) => {
    if (fate.status === "delivered") {
      const latencyMs = latencyOf(byLine.get(line)?.event, now);
      return { line, status: fate.status, ...(latencyMs === undefined ? {} : { latencyMs }) };
    }
    const { status, reason, detail } = fate;
    const { exchange: sample, retryAfterMs } = fate.status === "dropped" ? {} : fate;
    return {
      line,
      status,
      reason: reason.slice(0, 64),
      ...(detail === undefined ? {} : { detail }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(sample !== undefined && takesSample(`${status}:${reason}`) ? { sample } : {}),
    };
  });
}

/** The abandoned lines among the fates, as they are kept. */
export function deadLettersOf(
  lines: readonly DeliveryLine[],
  fates: ReadonlyMap<number, Fate>,
  attempt: number,
  now: number,
): { readonly line: number; readonly letter: DeadLetter }[] {
  const at = new Date(now).toISOString();
  return lines.flatMap(({ line, text, event }) => {
    const fate = fates.get(line);
    if (fate?.status !== "abandoned") return [];
    const letter = { reason: fate.reason, detail: fate.detail ?? "", at, attempts: attempt, event: event ?? text };
    return [{ line, letter }];
  });
}
