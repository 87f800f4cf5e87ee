import { EXPORTS, hourRetryMs } from "../../src/core/export-times.ts";
import type { ExportPlan, HoldResult, HourClaim, HourClaimResult, Progress } from "../../src/core/exports.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { Room } from "./room.ts";
import { keysOf, type RunState } from "./run-store.ts";

/** Who the tables belong to. */
export interface Owner {
  readonly sourceId: string;
  readonly schema: string;
}

const LOST: HoldResult = { status: "lost" };
const HELD: HoldResult = { status: "held" };

/** Claims of the hour that is worked on: one at a time, the oldest that is due first. */
export function hourClaims(room: Room) {
  const { hours, runs, history, registry, publications, trash } = room;

  /** The run, when `token` is the one that holds it. */
  function heldBy(token: number): RunState | undefined {
    const run = runs.get();
    return run?.token === token && run.leaseUntil > 0 ? run : undefined;
  }

  /** Throws away all that the run has written; its hour stays as it is. */
  function abandon(now: number): void {
    const checkpoint = runs.checkpoint();
    trash.add([...runs.intended(), ...(checkpoint === undefined ? [] : keysOf(checkpoint))], now + EXPORTS.orphanMs);
    registry.unstage();
    runs.clear();
  }

  function endRun({ runId }: RunState, error: string, now: number): void {
    if (runId !== undefined) history.end(runId, { status: "failed", rows: 0, newColumns: [], notices: [], error }, now);
  }

  /**
   * A run that has failed is tried again where it was. After a few failures without progress, or when it had nothing to
   * lose, it gives way to other hours and begins anew later. Manifests that are being written must be finished.
   */
  function failed(run: RunState, error: string, now: number): void {
    const failures = run.failures + 1;
    const { runId: _ended, ...rest } = run;
    endRun(run, error, now);
    const mayLeave = run.no === undefined && (failures >= EXPORTS.patience || runs.checkpoint() === undefined);
    if (mayLeave) {
      abandon(now);
      hours.fail(run.hour, error, now);
      return;
    }
    hours.note(run.hour, error);
    runs.put({ ...rest, failures, leaseUntil: 0, retryAt: now + hourRetryMs(failures) });
  }

  /** A holder that was never heard of again. Its lease was pause enough for the first time. */
  function noticeLost(now: number): void {
    const run = runs.get();
    if (run === undefined || run.leaseUntil === 0 || run.leaseUntil > now) return;
    const failures = run.failures + 1;
    if (failures >= EXPORTS.patience)
      failed(run, "the run was lost: whoever worked on it was never heard of again", now);
    else runs.put({ ...run, leaseUntil: 0, failures });
    trash.add(runs.intended(), now + EXPORTS.orphanMs);
    runs.forgetIntents();
  }

  function begin(plan: ExportPlan, now: number): RunState | undefined {
    const due = hours.due(now);
    if (due === undefined) return undefined;
    return {
      hour: due.hour,
      version: hours.nextVersion(due.hour),
      seq: due.wanted,
      asked: due.asked,
      startedAt: now,
      rules: plan.rules,
      ndjson: plan.ndjson,
      token: 0,
      leaseUntil: 0,
      retryAt: 0,
      failures: 0,
      n: 0,
      segments: 0,
      done: 0,
    };
  }

  function claimOf(run: RunState, owner: Owner): HourClaim {
    const { hour, version, seq, rules, ndjson, startedAt, n, no, token } = run;
    const previous = hours.find(hour);
    const since = previous?.no === null || previous === undefined ? [] : [previous.no];
    const checkpoint = runs.checkpoint();
    return {
      status: "claimed",
      token,
      runId: run.runId!,
      ...owner,
      hour,
      version,
      seq,
      rules,
      ndjson,
      registry: { tables: registry.merged() },
      newTables: registry.staged(),
      processedAt: startedAt,
      n,
      idsBefore: publications.idsOf(hour - EXPORTS.idsMs, hour).flatMap(({ ids }) => ids),
      idsAfter: publications.idsOf(hour + HOUR_MS, hour + HOUR_MS + EXPORTS.idsMs),
      publishedSegments: previous?.segments ?? 0,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(no === undefined ? {} : { publication: publications.read(no, owner, since) }),
    };
  }

  return {
    heldBy,
    abandon,

    /** Whether a claim would be granted. */
    ready(now: number): boolean {
      const run = runs.get();
      if (run === undefined) return hours.due(now) !== undefined;
      return run.leaseUntil <= now && run.retryAt <= now;
    },

    /** A run that has failed need not wait for its next try when it is one of an hour of the window. */
    retryNow({ from, to }: { readonly from: number; readonly to: number }): void {
      const run = runs.get();
      if (run !== undefined && run.hour >= from && run.hour < to) runs.put({ ...run, retryAt: 0 });
    },

    /** Throws the run away; its hour is due as before. */
    callOff(run: RunState, reason: string, now: number): void {
      endRun(run, reason, now);
      abandon(now);
    },

    /** The run under way, or the oldest hour that is due. */
    claim: (plan: ExportPlan, owner: Owner, now: number): HourClaimResult =>
      room.transaction(() => {
        noticeLost(now);
        const run = runs.get() ?? begin(plan, now);
        if (run === undefined || run.leaseUntil > now || run.retryAt > now) return { status: "nothing_due" };
        const { hour, version } = run;
        const runId = run.runId ?? history.begin({ target: "lake", hour, version, startedAt: now });
        const held = { ...run, runId, token: room.nextToken(), leaseUntil: now + EXPORTS.leaseMs, retryAt: 0 };
        runs.put(held);
        return claimOf(held, owner);
      }),

    renew(token: number, now: number): HoldResult {
      const run = heldBy(token);
      if (run === undefined) return LOST;
      runs.put({ ...run, leaseUntil: now + EXPORTS.leaseMs });
      return HELD;
    },

    /** Files that are about to be written; `n` is the number of the next one. */
    intend: (token: number, keys: readonly string[], n: number, now: number): HoldResult =>
      room.transaction(() => {
        const run = heldBy(token);
        if (run === undefined) return LOST;
        runs.intend(keys);
        runs.put({ ...run, n, leaseUntil: now + EXPORTS.leaseMs });
        return HELD;
      }),

    /** Keeps what was done since the claim and lets go of the run: the next claim goes on from there. */
    checkpoint: (token: number, progress: Progress): HoldResult =>
      room.transaction(() => {
        const run = heldBy(token);
        if (run === undefined) return LOST;
        runs.add(progress);
        runs.forgetIntents();
        registry.stage(progress.tables);
        const { segments, done } = progress;
        runs.put({ ...run, segments, done, leaseUntil: 0, failures: 0 });
        return HELD;
      }),

    fail: (token: number, error: string, now: number): void =>
      room.transaction(() => {
        const run = heldBy(token);
        if (run === undefined) return;
        trash.add(runs.intended(), now + EXPORTS.orphanMs);
        runs.forgetIntents();
        failed(run, error, now);
      }),

    /** The hour cannot be made any more, and trying again would not help: what is published stays. */
    giveUp: (token: number, error: string, now: number): void =>
      room.transaction(() => {
        const run = heldBy(token);
        if (run === undefined) return;
        endRun(run, error, now);
        abandon(now);
        hours.giveUp(run, error);
      }),
  };
}
export type HourClaims = ReturnType<typeof hourClaims>;
