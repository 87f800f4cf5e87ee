import type { TraceDeps } from "../api/trace-search.ts";
import { TRACE } from "../core/trace.ts";
import { lookUp, readEvent, whyMissing } from "./lookup.ts";
import { withinTime } from "./time-limit.ts";

/** Supplies what a trace asks of the objects and the archive; each answer within TRACE.answerMs, or it fails. */
export function createTraceDeps(env: Env, now: () => number): TraceDeps {
  const soon = <T>(work: Promise<T>): Promise<Awaited<T>> => withinTime(TRACE.answerMs, work);
  return {
    lookup: (source, messageId) => soon(lookUp(env, source, messageId, now())),
    refusals: (sourceId, messageId) => soon(env.DEBUGGER.getByName(sourceId).refusals(messageId)),
    readEvent: (found) => soon(readEvent(env, found)),
    whyMissing: (found) => soon(whyMissing(env, found)),
    lineTrace: (destinationId, key, line) =>
      soon(env.LEDGER.getByName(`destination:${destinationId}`).lineTrace(key, line)),
    now,
  };
}
