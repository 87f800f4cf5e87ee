import { DELIVERY, isCodeFailure } from "./delivery.ts";
import type { SettledCell } from "./ledger.ts";

/**
 * How fast one destination is served. A destination that fails time after time is taken for down: everything
 * waits, using no attempts up, while single lines find out when it is back. All times are ms since epoch.
 */
export interface Pacing {
  /** Retryable failures since the destination last answered for good. */
  readonly failures: number;
  /** Probes that failed since it went down. */
  readonly probes: number;
  /** Set while the destination counts as down. */
  readonly probeAt?: number;
  /** The destination's own Retry-After. */
  readonly pausedUntil?: number;
}

export const STEADY: Pacing = { failures: 0, probes: 0 };

/** May something be sent now? `wait` says until when not. */
export type Permission =
  | { readonly status: "send" }
  | { readonly status: "probe" }
  | { readonly status: "wait"; readonly until: number };

export function permission(pacing: Pacing, now: number): Permission {
  const until = Math.max(pacing.pausedUntil ?? 0, pacing.probeAt ?? 0);
  if (until > now) return { status: "wait", until };
  return pacing.probeAt === undefined ? { status: "send" } : { status: "probe" };
}

/** Keeps a second probe away until the first one's lease is over. */
export const startProbe = (pacing: Pacing, now: number): Pacing => ({ ...pacing, probeAt: now + DELIVERY.leaseMs });

/** The user's own stop, in ms since epoch: nothing is sent after `pausedAt`, and lines wait however long it takes. */
export interface Hold {
  readonly pausedAt?: number;
  /** Waiting is counted from here at the earliest: what the user held back is not given up for it. */
  readonly resumedAt?: number;
}

/** When a job that fell due at `nextAt` has waited so long for a destination which is down that it is given up. */
export const giveUpAt = (nextAt: number, { resumedAt = 0 }: Hold): number =>
  Math.max(nextAt, resumedAt) + DELIVERY.maxWaitMs;

/** 10 s after the destination went down, then twice as long each time up to 5 minutes, spread by ±15 %. */
const probeDelay = (probes: number, random: number): number =>
  Math.round(Math.min(10_000 * 2 ** probes, 300_000) * (0.85 + 0.3 * random));

type Answer = Pick<SettledCell, "status" | "reason" | "retryAfterMs" | "sameCall">;

/** Codes of lines that were given up without asking the destination. */
const OUR_OWN = new Set(["INVALID_SETTINGS", "MESSAGE_REJECTED", "INTERNAL", "UNSUPPORTED_EVENT_TYPE", "EREFUSED"]);

/** What an outcome says about the destination: one whose retries are used up is one more failure. */
function verdictOf(answer: Answer): "alive" | "failed" | "paused" | "nothing" {
  const { status, reason = "", retryAfterMs } = answer;
  if (retryAfterMs !== undefined) return "paused";
  if (isCodeFailure(answer)) return "nothing";
  if (status === "retry" || (status === "abandoned" && reason === "RETRY")) return "failed";
  return status === "dropped" || OUR_OWN.has(reason) ? "nothing" : "alive";
}

/** One settlement: its outcomes in the order in which the destination answered, and whether they were a probe. */
export interface Answers {
  readonly lines: readonly Answer[];
  readonly probe: boolean;
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

/** A probe that asked nobody: the next line may, at once; of a destination that is gone nothing can be learned. */
function afterSilence(pacing: Pacing, lines: readonly Answer[], now: number): Pacing {
  if (lines.some(({ reason = "" }) => reason.startsWith("destination_"))) return STEADY;
  return { ...pacing, probeAt: now + 1000 };
}

/** The pacing after one settlement. Only a probe that failed puts the next probe off further. */
export function paceAfter(pacing: Pacing, { lines, probe, now, random }: Answers): Pacing {
  let next = pacing;
  let failedNow = false;
  let pause = 0;
  for (const line of lines) {
    const verdict = verdictOf(line);
    if (verdict === "nothing" || (verdict === "failed" && line.sameCall)) continue;
    failedNow = verdict === "failed";
    if (verdict === "alive") {
      const { pausedUntil = 0 } = next;
      next = pausedUntil > now ? { ...STEADY, pausedUntil } : STEADY;
    } else if (verdict === "paused") {
      pause = Math.max(pause, line.retryAfterMs ?? 0);
    } else {
      next = { ...next, failures: next.failures + 1 };
    }
  }
  if (pause > 0) next = { ...next, pausedUntil: now + pause };
  if (probe && lines.every((line) => verdictOf(line) === "nothing")) return afterSilence(next, lines, now);
  if (!failedNow || next.failures < DELIVERY.downAfterFailures) return next;
  if (next.probeAt !== undefined && !probe) return next;
  const probes = next.probeAt === undefined ? 0 : next.probes + 1;
  return { ...next, probes, probeAt: now + probeDelay(probes, random) };
}
