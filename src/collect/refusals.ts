import type { EventType } from "../core/event.ts";
import { LIMITS } from "../core/limits.ts";
import type { Rejection } from "../core/rejection.ts";
import { sampleOfRefusal } from "../core/sample.ts";
import type { SourceContext } from "../core/source.ts";
import type { AcceptDeps } from "./accept.ts";

/** One refused message; `count` when it stands for several. */
export interface Refused {
  readonly raw: unknown;
  readonly rejection: Rejection;
  readonly impliedType?: EventType | undefined;
  readonly count?: number;
}

/** Telling others must never fail the call that is being told about: a failure is logged with the source's id. */
export function tell(work: Promise<void>, about: string): Promise<void> {
  return work.catch((cause: unknown) => console.error("observation lost", about, cause));
}

/** Tells the debugger what was refused (at most 50 of them) and the ledger how many, by reason. */
export function observeRefusals(
  source: SourceContext,
  at: number,
  refused: readonly Refused[],
  deps: Pick<AcceptDeps, "observe">,
): Promise<void> {
  const counts: Record<string, number> = {};
  for (const { rejection, count = 1 } of refused) {
    const key = `refused:${rejection.reason}`;
    counts[key] = (counts[key] ?? 0) + count;
  }
  const samples = refused
    .slice(0, LIMITS.samplesPerRequest)
    .map(({ raw, rejection, impliedType }) => sampleOfRefusal(raw, rejection, at, impliedType));
  return tell(deps.observe({ sourceId: source.id, at, counts, samples }), source.id);
}
