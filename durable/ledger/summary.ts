import type { DeliverySummary, ReportWindow } from "../../src/core/ledger-reports.ts";
import { deliveryReport } from "../../src/core/reports.ts";
import type { LedgerRoom } from "./room.ts";

/** Deliveries of one destination: what was counted in the window, and how it stands now. */
export function deliverySummary(room: LedgerRoom, window: ReportWindow): DeliverySummary {
  const { counters, jobs, errors, deliveries, meta } = room;
  const { reasons, ...report } = deliveryReport(counters.series(window), window);
  const { waiting, retrying, nextAt } = jobs.gauges();
  const { pausedUntil, probeAt } = deliveries.pacing();
  const { pausedAt } = meta.hold();
  const nextAttemptAt = Math.max(nextAt ?? 0, pausedUntil ?? 0, probeAt ?? 0);
  return {
    ...report,
    waiting,
    retrying,
    errors: errors.groups(reasons),
    ...(nextAt === null || pausedAt !== undefined || nextAttemptAt <= window.now ? {} : { nextAttemptAt }),
    ...(pausedUntil !== undefined && pausedUntil > window.now ? { pausedUntil } : {}),
    ...(probeAt === undefined ? {} : { probeAt: Math.max(probeAt, window.now) }),
    paused: pausedAt !== undefined,
    ...(pausedAt === undefined ? {} : { pausedAt }),
  };
}
