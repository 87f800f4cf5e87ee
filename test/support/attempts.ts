import type { Outcome } from "../../src/core/delivery.ts";
import { createSender, type AttemptRun } from "../../src/destinations/attempt-lines.ts";
import type { Send } from "../../src/destinations/decide.ts";
import type { DeliveredEvent, PerformCall } from "../../src/destinations/destination.ts";

export const DELIVERED: Outcome = { status: "delivered" };
export const FAILED: Outcome = { status: "retry", reason: "503" };
export const REFUSED: Outcome = { status: "abandoned", reason: "400", who: "user", batchStatus: 400 };

type Perform = (events: readonly DeliveredEvent[], call: PerformCall) => Promise<readonly Outcome[]>;

/** A book that remembers outcomes by line and after which of them it was settled. */
export function testBook(proceed: () => boolean = () => true) {
  const outcomes = new Map<number, Outcome>();
  const settled: number[] = [];
  let unbooked = 0;
  return {
    outcomes,
    settled,
    note(send: Send, outcome: Outcome) {
      outcomes.set(send.line.line, outcome);
      unbooked++;
    },
    get unbooked() {
      return unbooked;
    },
    async settle() {
      settled.push(unbooked);
      unbooked = 0;
      return proceed();
    },
  };
}

export function setUpSender(perform: Perform, overrides: Partial<AttemptRun> = {}, book = testBook()) {
  const limits = new Map<AbortController, number>();
  const clock = {
    now: 0,
    /** Lets the limits of this many ms or fewer run out. */
    expire(ms: number) {
      for (const [controller, limit] of limits) if (limit <= ms) controller.abort();
    },
  };
  const sender = createSender({
    connection: { perform: (call) => perform(call.events, call) },
    book,
    concurrency: 6,
    mayBegin: () => clock.now < 1000,
    tools: { fetch: () => Promise.reject(new Error("unused")), hmacSha1Hex: async () => "", now: () => clock.now },
    timeLimit(ms) {
      const controller = new AbortController();
      limits.set(controller, ms);
      return { signal: controller.signal, clear: () => void limits.delete(controller) };
    },
    ...overrides,
  });
  return { sender, book, clock };
}

export const lineOf = (event: DeliveredEvent | undefined): number => Number(event?.["line"]);
export const range = (count: number) => Array.from({ length: count }, (_, i) => i);
export const statusesOf = (book: ReturnType<typeof testBook>) =>
  range(book.outcomes.size).map((line) => book.outcomes.get(line)?.status);
