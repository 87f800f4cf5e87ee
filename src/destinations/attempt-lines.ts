import { DELIVERY, type Outcome } from "../core/delivery.ts";
import { isOurLimit, type DeliveredEvent, type DestinationTools } from "./destination.ts";
import type { Perform } from "./webhook-kind.ts";

/** A signal that aborts after some time, unless cleared before. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  clear(): void;
}

export interface AttemptRun {
  readonly perform: Perform;
  readonly batchSize: number;
  readonly lines: readonly { readonly line: number; readonly event: DeliveredEvent }[];
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Asked before each request; false once the time or the requests of this consumer run are used up. */
  mayBegin(): boolean;
  readonly tools: DestinationTools;
  timeLimit(ms: number): TimeLimit;
}

/** Time after the abort in which a destination may still say what it saw; then it is left alone. */
const GRACE_MS = 1000;

const allRetry = (count: number, reason: string, detail: string): Outcome[] =>
  Array.from({ length: count }, () => ({ status: "retry", reason, detail }));

/**
 * One call of `perform`, over when its time is, whatever the destination's code does with the signal. Undefined when
 * nothing was sent because this Worker may not send any more.
 */
async function performOnce(
  run: AttemptRun,
  events: readonly DeliveredEvent[],
): Promise<readonly Outcome[] | undefined> {
  const polite = run.timeLimit(DELIVERY.requestTimeoutMs);
  const hard = run.timeLimit(DELIVERY.requestTimeoutMs + GRACE_MS);
  const late = new Promise<Outcome[]>((resolve) => {
    hard.signal.addEventListener("abort", () => resolve(allRetry(events.length, "ETIMEDOUT", "no answer in time")));
  });
  try {
    const outcomes = await Promise.race([run.perform(events, run.tools, polite.signal), late]);
    const missing = events.length - outcomes.length;
    return missing <= 0 ? outcomes : [...outcomes, ...allRetry(missing, "INTERNAL", "the destination gave no outcome")];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    if (isOurLimit(detail)) return undefined;
    console.error("a destination threw", error);
    return allRetry(events.length, "INTERNAL", detail);
  } finally {
    polite.clear();
    hard.clear();
  }
}

/**
 * Sends lines, a few requests at a time, and returns their outcomes in the order in which they came. It stops early,
 * leaving lines untried and out of the result, when time is up, when the destination asks for a pause, or when it
 * has failed so often in a row that it is taken for down.
 */
export async function attemptLines(run: AttemptRun): Promise<Map<number, Outcome>> {
  const outcomes = new Map<number, Outcome>();
  let next = 0;
  let failuresInRow = 0;
  let stopped = false;

  function note(line: number, outcome: Outcome): void {
    outcomes.set(line, outcome);
    failuresInRow = outcome.status === "retry" ? failuresInRow + 1 : 0;
    stopped ||= outcome.status === "retry" && outcome.retryAfterMs !== undefined;
  }

  const mayGoOn = () =>
    next < run.lines.length && !stopped && failuresInRow < DELIVERY.downAfterFailures && run.mayBegin();

  async function work(): Promise<void> {
    while (mayGoOn()) {
      const batch = run.lines.slice(next, next + run.batchSize);
      next += batch.length;
      const events = batch.map(({ event }) => event);
      const results = await performOnce(run, events);
      if (results === undefined) stopped = true;
      else batch.forEach(({ line }, i) => note(line, results[i]!));
    }
  }

  const workers = Math.min(run.concurrency, Math.ceil(run.lines.length / run.batchSize));
  await Promise.all(Array.from({ length: workers }, work));
  return outcomes;
}
