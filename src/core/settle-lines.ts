import type { DeadLetter } from "./dead-letter.ts";
import type { Outcome } from "./delivery.ts";
import { kindText, readKind, type EventKind } from "./event-kind.ts";
import type { SettledCell } from "./ledger.ts";

/** One line of a segment on its way to a destination. `event` is absent when the line is not a JSON object. */
export interface DeliveryLine {
  readonly line: number;
  readonly text: string;
  readonly event?: Readonly<Record<string, unknown>>;
}

/** What became of one cell of a job: an outcome of sending, or a drop before that. */
export type Fate = Outcome | { readonly status: "dropped"; readonly reason: string; readonly detail?: string };

export interface CellFate {
  readonly cell: number;
  readonly fate: Fate;
  /** Absent when the line was not read, because the same became of all of them. */
  readonly line?: DeliveryLine;
  /** Absent at the gate. */
  readonly subscriptionId?: string;
  /** It came with the fate before it, of one call. */
  readonly sameCall?: true;
}

/** Samples of one reason that travel to the ledger with one settlement. */
const SAMPLES_PER_REASON = 3;
/** Characters of a reason: codes come from other people's code. */
const REASON_CHARS = 64;

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
  const told = event?.["receivedAt"];
  const receivedAt = typeof told === "string" ? Date.parse(told) : Number.NaN;
  return Number.isFinite(receivedAt) ? Math.max(0, now - receivedAt) : undefined;
}

/** Gives each kind of event one number, from 0 in the order they come up. */
function kindIndex() {
  const numbers = new Map<string, number>();
  return {
    numberOf({ event }: DeliveryLine): number | undefined {
      const type = event?.["type"];
      if (event === undefined || typeof type !== "string") return undefined;
      const text = kindText(event, type);
      const known = numbers.get(text) ?? numbers.size;
      numbers.set(text, known);
      return known;
    },
    kinds: (): EventKind[] => [...numbers.keys()].map(readKind),
  };
}

type Settled = Omit<SettledCell, "cell" | "kind">;

function settledOf(fate: Fate, line: DeliveryLine | undefined, now: number): Settled {
  if (fate.status === "delivered") {
    const latencyMs = latencyOf(line?.event, now);
    return { status: fate.status, ...(latencyMs === undefined ? {} : { latencyMs }) };
  }
  const { status, reason, detail } = fate;
  const { exchange: sample, retryAfterMs } = fate.status === "dropped" ? {} : fate;
  return {
    status,
    reason: reason.slice(0, REASON_CHARS),
    ...(detail === undefined ? {} : { detail }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(sample === undefined ? {} : { sample }),
  };
}

/** The fates as the ledger books them, in their order; latencies up to `now`, and a few samples of each reason. */
export function settleCells(
  fates: readonly CellFate[],
  now: number,
): { readonly outcomes: SettledCell[]; readonly kinds: EventKind[] } {
  const index = kindIndex();
  const samples = new Map<string, number>();
  const outcomes = fates.map(({ cell, fate, line, sameCall }): SettledCell => {
    const { sample, ...settled } = settledOf(fate, line, now);
    const kind = line === undefined ? undefined : index.numberOf(line);
    const group = `${settled.status}:${settled.reason}`;
    const taken = samples.get(group) ?? 0;
    if (sample !== undefined) samples.set(group, taken + 1);
    return {
      cell,
      ...settled,
      ...(sameCall === undefined ? {} : { sameCall }),
      ...(kind === undefined ? {} : { kind }),
      ...(sample !== undefined && taken < SAMPLES_PER_REASON ? { sample } : {}),
    };
  });
  return { outcomes, kinds: index.kinds() };
}

/** The abandoned ones among the fates, as they are kept (with the event as it was archived), and their cells. */
export function deadLettersOf(
  fates: readonly CellFate[],
  { segmentKey, attempt, now }: { readonly segmentKey: string; readonly attempt: number; readonly now: number },
): { readonly cells: number[]; readonly letters: DeadLetter[] } {
  const at = new Date(now).toISOString();
  const cells: number[] = [];
  const letters: DeadLetter[] = [];
  for (const { cell, fate, line, subscriptionId } of fates) {
    if (fate.status !== "abandoned" || line === undefined) continue;
    const messageId = line.event?.["messageId"];
    cells.push(cell);
    letters.push({
      reason: fate.reason.slice(0, REASON_CHARS),
      detail: fate.detail ?? "",
      at,
      attempts: attempt,
      segmentKey,
      line: line.line,
      ...(subscriptionId === undefined ? {} : { subscriptionId }),
      ...(typeof messageId === "string" ? { messageId } : {}),
      event: line.event ?? line.text,
    });
  }
  return { cells, letters };
}
