import { deadLetterKey, type DeadLetter, type LetterObject } from "../core/dead-letter.ts";
import { concludeAttempt, type DeliveryPointer } from "../core/delivery.ts";
import type { Settlement, SettleResult } from "../core/ledger.ts";
import { deadLettersOf, settleCells, type CellFate } from "../core/settle-lines.ts";
import type { OutcomeBook } from "./attempt-lines.ts";
import { noDecisions, type Decisions } from "./decide.ts";
import type { Granted } from "./delivery-plan.ts";

/** What booking needs of the outside. */
export interface BookDeps {
  settle(destinationId: string, settlement: Settlement): Promise<SettleResult>;
  /** Durable once it resolves; the same key again replaces. */
  writeDeadLetters(key: string, letters: readonly DeadLetter[]): Promise<void>;
  readonly tools: { now(): number };
}

type Entries = Omit<Decisions, "sends">;

export interface SettlementBook extends OutcomeBook {
  /** Decisions go to the ledger together with the next outcomes. */
  decide(decisions: Entries): void;
  /** Cells that the ledger has not heard of yet. */
  readonly waiting: number;
  /** Tells the rest and lets the job go. Throws what kept a settlement from being made. */
  close(): Promise<void>;
}

const sizeOf = ({ passed, unmatched, fates }: Entries): number => passed.length + unmatched.length + fates.length;
const isAbandoned = ({ fate }: CellFate): boolean => fate.status === "abandoned";

/** Writes the dead letters among the fates: one object, or none. */
async function keepLetters(
  pointer: DeliveryPointer,
  { attempt, token }: Granted,
  fates: readonly CellFate[],
  deps: BookDeps,
): Promise<LetterObject[]> {
  const { cells, letters } = deadLettersOf(fates, { segmentKey: pointer.key, attempt, now: deps.tools.now() });
  const [firstCell] = cells;
  if (firstCell === undefined) return [];
  const key = deadLetterKey({ ...pointer, firstCell, token });
  await deps.writeDeadLetters(key, letters);
  return [{ key, cells }];
}

/**
 * Keeps what became of a claim's cells and tells the ledger, one settlement after the other. What is abandoned is with
 * the dead letters before the ledger hears of it; when they cannot be written it stays untried until the lease is
 * over, and what else happened is booked all the same.
 */
export function createBook(pointer: DeliveryPointer, claim: Granted, deps: BookDeps): SettlementBook {
  const { destinationId, key, replayId } = pointer;
  const { token, mode, attempt } = claim;
  const name = { key, ...(replayId === undefined ? {} : { replayId }), token, mode };
  let open: Entries = noDecisions();
  let sent = 0;
  let part = 0;
  let proceed = true;
  let failure: { readonly cause: unknown } | undefined;
  let turn: Promise<void> = Promise.resolve();

  async function tell(entries: Entries, letters: readonly LetterObject[], release: boolean): Promise<void> {
    const { passed, unmatched, fates } = entries;
    const cells = { passed, unmatched, ...settleCells(fates, deps.tools.now()) };
    const result = await deps.settle(destinationId, { ...name, part: ++part, ...cells, letters, release });
    proceed &&= result.proceed;
  }

  /** Never rejects: whoever waits for its turn must get it. */
  async function bookOpen(release: boolean): Promise<void> {
    const entries = open;
    open = noDecisions();
    sent = 0;
    try {
      const letters = await keepLetters(pointer, claim, entries.fates, deps).catch((cause: unknown) => {
        failure ??= { cause };
        return undefined;
      });
      const told =
        letters === undefined ? { ...entries, fates: entries.fates.filter((one) => !isAbandoned(one)) } : entries;
      if (letters !== undefined || sizeOf(told) > 0) await tell(told, letters ?? [], release && letters !== undefined);
    } catch (cause) {
      failure ??= { cause };
    }
  }

  const next = (release: boolean): Promise<void> => (turn = turn.then(() => bookOpen(release)));

  return {
    get unbooked() {
      return sent;
    },
    get waiting() {
      return sizeOf(open);
    },
    note({ cell, line, subscription }, outcome, sameCall = false) {
      const fate = concludeAttempt(outcome, attempt, mode === "probe");
      const together = sameCall && open.fates.length > 0 ? { sameCall } : {};
      open.fates.push({ cell, line, fate, subscriptionId: subscription.id, ...together });
      sent++;
    },
    decide({ passed, unmatched, fates }) {
      open = {
        passed: open.passed.concat(passed),
        unmatched: open.unmatched.concat(unmatched),
        fates: open.fates.concat(fates),
      };
    },
    async settle() {
      await next(false);
      return proceed && failure === undefined;
    },
    async close() {
      await turn;
      if (failure === undefined && (proceed || sizeOf(open) > 0)) await next(true);
      else if (sizeOf(open) > 0) await next(false);
      if (failure !== undefined) throw failure.cause;
    },
  };
}
