import { DELIVERY, isCodeFailure, type Outcome } from "../core/delivery.ts";
import type { Send } from "./decide.ts";
import { isOurLimit, type Connection, type DestinationTools } from "./destination.ts";
import { halve, partOutcomes, type Refusal } from "./split.ts";
import { logForeign } from "../log/log.ts";

/** A signal that aborts after some time, unless cleared before. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  clear(): void;
}

/** Where outcomes are kept until the ledger has them. */
export interface OutcomeBook {
  /** `sameCall`: it came with the outcome noted before it. */
  note(send: Send, outcome: Outcome, sameCall?: boolean): void;
  /** Outcomes noted and not yet with the ledger. */
  readonly unbooked: number;
  /** Tells the ledger all of them; false when nothing more may be sent. */
  settle(): Promise<boolean>;
}

export interface AttemptRun {
  readonly connection: Pick<Connection, "perform">;
  readonly book: OutcomeBook;
  /** Calls under way at once. */
  readonly concurrency: number;
  /** Asked before each call; false once the time or the calls of this consumer run are used up. */
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
async function performOnce(run: AttemptRun, sends: readonly Send[]): Promise<readonly Outcome[] | undefined> {
  const [first] = sends;
  if (first === undefined) return [];
  const { actionId, mapping } = first.subscription;
  const polite = run.timeLimit(DELIVERY.callTimeoutMs);
  const hard = run.timeLimit(DELIVERY.callTimeoutMs + GRACE_MS);
  const late = new Promise<Outcome[]>((resolve) => {
    hard.signal.addEventListener("abort", () => resolve(allRetry(sends.length, "ETIMEDOUT", "no answer in time")));
  });
  const events = sends.map(({ event }) => event);
  try {
    const call = { actionId, mapping, events, tools: run.tools, signal: polite.signal };
    const outcomes = await Promise.race([run.connection.perform(call), late]);
    const missing = events.length - outcomes.length;
    return missing <= 0 ? outcomes : [...outcomes, ...allRetry(missing, "INTERNAL", "the destination gave no outcome")];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    if (isOurLimit(detail)) return undefined;
    logForeign("destination_threw", {}, error);
    return allRetry(events.length, "INTERNAL", detail);
  } finally {
    polite.clear();
    hard.clear();
  }
}

/**
 * Sends the units of one claim, a few calls at a time. It stops early, leaving cells untried and unbooked, when time
 * is up, when the destination asks for a pause, when it has failed so often in a row that it is taken for down, or
 * when the ledger says so.
 */
export function createSender(run: AttemptRun) {
  const { book } = run;
  let failuresInRow = 0;
  let stopped = false;

  const mayGoOn = (): boolean => !stopped && failuresInRow < DELIVERY.downAfterFailures;
  const settle = async (): Promise<void> => {
    if (!(await book.settle())) stopped = true;
  };

  /** What one call has brought: a batch that failed is one failure of the destination, and no item of it another. */
  function note(concluded: readonly (readonly [Send, Outcome])[]): void {
    concluded.forEach(([send, outcome], i) => book.note(send, outcome, i > 0));
    const outcomes = concluded.map(([, outcome]) => outcome);
    const asked = outcomes.filter((outcome) => !isCodeFailure(outcome));
    if (asked.length > 0) failuresInRow = asked.every(({ status }) => status === "retry") ? failuresInRow + 1 : 0;
    stopped ||= outcomes.some((outcome) => outcome.status !== "delivered" && outcome.retryAfterMs !== undefined);
  }

  /** The outcomes of one call; undefined when it was not made. */
  async function call(sends: readonly Send[]): Promise<readonly Outcome[] | undefined> {
    if (!mayGoOn()) return undefined;
    const outcomes = run.mayBegin() ? await performOnce(run, sends) : undefined;
    stopped ||= outcomes === undefined;
    return outcomes;
  }

  /** Workers that take the next unit as soon as they are done with one, until one of them finds that it is over. */
  async function inParallel<Unit>(units: readonly Unit[], take: (unit: Unit) => Promise<boolean>): Promise<void> {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let unit = units[next++]; unit !== undefined; unit = units[next++]) {
        if (!(await take(unit))) next = units.length;
      }
    };
    await Promise.all(Array.from({ length: Math.min(run.concurrency, units.length) }, work));
  }

  async function sendSingle(send: Send): Promise<boolean> {
    const outcomes = await call([send]);
    if (outcomes === undefined) return false;
    note(outcomes.slice(0, 1).map((outcome) => [send, outcome]));
    return true;
  }

  /** What was refused together and could not be tried apart, of a batch of which nothing else is known. */
  function noteUntried(sends: readonly Send[], { reason, detail = reason }: Refusal): void {
    const told = `refused as part of a batch, with no time left to try it alone: ${detail}`;
    note(sends.map((send) => [send, { status: "retry", reason, detail: told }]));
  }

  /**
   * Sends a batch. What is refused as a whole is halved until the event that is to blame stands alone, larger parts
   * first, so that the events without fault are soon through. What there is no more time for stays untried, unless
   * nothing was learned of any event: then all have failed once, so that a destination which is slow to refuse cannot
   * keep a batch going round for ever.
   */
  async function sendBatch(batch: readonly Send[]): Promise<boolean> {
    const parts: (readonly Send[])[] = [batch];
    let lastRefusal: Refusal | undefined;
    let learned = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const outcomes = await call(part);
      if (outcomes === undefined) {
        if (lastRefusal !== undefined && learned === 0) noteUntried([part, ...parts].flat(), lastRefusal);
        return false;
      }
      const { concluded, refused, refusal } = partOutcomes(part, outcomes);
      if (concluded.length > 0) note(concluded);
      learned += concluded.length;
      lastRefusal = refusal ?? lastRefusal;
      if (refused.length > 0) parts.push(...halve(refused));
      if (parts.length > 0 && book.unbooked >= DELIVERY.chunkLines) await settle();
    }
    return true;
  }

  return {
    mayGoOn,

    /** Events that go alone, booked every DELIVERY.chunkLines of them; the last portion is left to the caller. */
    async sendSingles(sends: readonly Send[]): Promise<void> {
      for (let start = 0; start < sends.length && mayGoOn(); start += DELIVERY.chunkLines) {
        if (book.unbooked > 0) await settle();
        await inParallel(sends.slice(start, start + DELIVERY.chunkLines), sendSingle);
      }
    },

    /** Batches, booked as soon as they hold DELIVERY.chunkLines events; the last ones are left to the caller. */
    async sendBatches(batches: readonly (readonly Send[])[]): Promise<void> {
      let left = batches.length;
      if (left > 0 && book.unbooked > 0 && mayGoOn()) await settle();
      await inParallel(batches, async (batch) => {
        const whole = await sendBatch(batch);
        left--;
        if (left > 0 && book.unbooked >= DELIVERY.chunkLines) await settle();
        return whole;
      });
    },
  };
}
export type Sender = ReturnType<typeof createSender>;
