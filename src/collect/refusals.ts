import { addRefusedKinds, kindOf, type RefusedKind } from "../core/event-kind.ts";
import type { EventType } from "../core/event.ts";
import { isJsonObject } from "../core/json.ts";
import { LIMITS } from "../core/limits.ts";
import type { Rejection } from "../core/rejection.ts";
import { sampleOfRefusal, typeOf } from "../core/sample.ts";
import type { SourceContext } from "../core/source.ts";
import type { AcceptDeps } from "./accept.ts";
import { TOO_MUCH } from "./judge.ts";
import { logError } from "../log/log.ts";

/** One refused message; `count` when it stands for several. */
export interface Refused {
  readonly raw: unknown;
  readonly rejection: Rejection;
  readonly impliedType?: EventType | undefined;
  readonly count?: number;
}

/** What kind of event it was, where the message says so. Of those it stands for beside itself nothing is known. */
function kindsOf({ raw, rejection, impliedType }: Refused): RefusedKind[] {
  if (rejection === TOO_MUCH || !isJsonObject(raw)) return [];
  const type = typeOf(raw, impliedType);
  return type === undefined ? [] : [{ reason: rejection.reason, kind: kindOf(raw, type), count: 1 }];
}

/** Telling others must never fail the call that is being told about: a failure is logged with the source's id. */
export function tell(work: Promise<void>, about: string): Promise<void> {
  return work.catch((cause: unknown) => logError("observation_lost", { sourceId: about }, cause));
}

/** Tells the debugger what was refused (at most `shown` of them) and the ledger how many, by reason and kind. */
export function observeRefusals(
  source: SourceContext,
  at: number,
  refused: readonly Refused[],
  deps: Pick<AcceptDeps, "observe">,
  shown: number = LIMITS.samplesPerRequest,
): Promise<void> {
  const counts: Record<string, number> = {};
  for (const { rejection, count = 1 } of refused) {
    const key = `refused:${rejection.reason}`;
    counts[key] = (counts[key] ?? 0) + count;
  }
  const kinds = addRefusedKinds([], refused.flatMap(kindsOf));
  const samples = refused
    .slice(0, shown)
    .map(({ raw, rejection, impliedType }) => sampleOfRefusal(raw, rejection, at, impliedType));
  return tell(deps.observe({ sourceId: source.id, at, counts, kinds, samples }), source.id);
}
