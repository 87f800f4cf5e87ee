import type { IntakeStanding } from "../../src/core/standing.ts";
import { defined } from "../../src/core/defined.ts";
import { waitingBytes, type IntakeMemory } from "./memory.ts";
import type { IntakeStore } from "./store.ts";

export interface StandingOf {
  readonly memory: Pick<IntakeMemory, "waiting" | "unconfirmed" | "index">;
  readonly store: Pick<IntakeStore, "outboxFigures" | "segment">;
  readonly failures: number;
  readonly limits: { readonly outbox: number; readonly ids: number };
  readonly now: number;
}

/** How the shard stands. Reads the outbox's small columns and one row of segments. */
export function intakeStanding({ memory, store, failures, limits, now }: StandingOf): IntakeStanding {
  const { count, oldest } = store.outboxFigures();
  const bytes = waitingBytes(memory);
  // Routed and only not counted yet: that holds nothing up.
  const open = [...memory.unconfirmed].filter(([, { dueAt }]) => dueAt !== Infinity).map(([no]) => no);
  const first = open.length === 0 ? undefined : store.segment(Math.min(...open));
  const commits = JSON.parse(first?.commits ?? "[]") as [line: number, at: number][];
  return {
    now,
    waitingEvents: count,
    waitingBytes: bytes,
    ...defined("oldestWaitingAt", oldest),
    unconfirmed: open.length,
    ...defined("oldestUnconfirmedAt", commits[0]?.[1]),
    failures,
    outboxShare: bytes / limits.outbox,
    idsShare: memory.index.bytes / limits.ids,
  };
}
