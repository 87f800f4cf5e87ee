import { defined } from "./defined.ts";
import { HOUR_MS } from "./durations.ts";
import type { ExportSummary, FollowerView } from "./export-views.ts";
import { HEALTH, type Finding, type Severity, type Subject } from "./health.ts";
import { explainReason } from "./reasons.ts";
import { counted, percent, span } from "./spans.ts";
import type { DestinationStanding, IntakeStanding, SourceStanding, WorkspaceStanding } from "./standing.ts";

type Found = Omit<Finding, "subject" | "link"> & { readonly link?: string };

const about = (subject: Subject, link: string, found: readonly (Found | undefined)[]): Finding[] =>
  found.flatMap((one) => (one === undefined ? [] : [{ link, ...one, subject }]));

const later = (age: number, stuckMs: number): Severity => (age >= stuckMs ? "critical" : "warning");

/** What a share of a Worker's room means for whoever reads it. */
function room({ outboxShare, idsShare }: IntakeStanding, shard: string): Found | undefined {
  if (outboxShare >= HEALTH.fullShare) {
    return {
      code: "outbox_full",
      severity: "critical",
      sentence: `${shard} holds ${percent(outboxShare)} of the events it may hold; then they take the overflow queue.`,
      todo: "Look whether R2 takes objects: the Worker's logs name the error. Nothing is lost while it waits.",
    };
  }
  if (idsShare < HEALTH.fullShare) return undefined;
  return {
    code: "ids_full",
    severity: idsShare >= 1 ? "critical" : "warning",
    sentence: `${shard} remembers ${percent(idsShare)} of the ids it may remember; then it takes no more events.`,
    todo: "Raise the source's shards in its settings, or shorten its dedup window.",
  };
}

/** @param drainMs how long the source lets Intake hold events. */
export function intakeFindings(
  subject: Subject,
  { shard, shards, drainMs }: { readonly shard: number; readonly shards: number; readonly drainMs: number },
  standing: IntakeStanding,
): Finding[] {
  const { now, oldestWaitingAt, oldestUnconfirmedAt, waitingEvents, unconfirmed, failures } = standing;
  const name = shards === 1 ? "Intake" : `Shard ${shard} of Intake`;
  const waits = oldestWaitingAt === undefined ? 0 : now - oldestWaitingAt - drainMs;
  const hands = oldestUnconfirmedAt === undefined ? 0 : now - oldestUnconfirmedAt;
  return about(subject, `/sources/${subject.id}/debugger`, [
    waits < HEALTH.drainLateMs
      ? undefined
      : {
          code: "drain_late",
          severity: later(waits, HEALTH.drainStuckMs),
          sentence: `${name} holds ${counted(waitingEvents, "event")} that should be in R2 since ${span(waits)}${failures > 0 ? `; ${counted(failures, "drain")} failed in a row` : ""}.`,
          todo: "Nothing is lost: it is tried again at least once a minute. If it lasts, see the Worker's logs for R2's error.",
          ...defined("since", oldestWaitingAt),
        },
    hands < HEALTH.routingLateMs
      ? undefined
      : {
          code: "routing_late",
          severity: later(hands, HEALTH.routingStuckMs),
          sentence: `${counted(unconfirmed, "segment")} of ${shards === 1 ? "this source" : `shard ${shard}`} ${unconfirmed === 1 ? "is" : "are"} in R2 and not handed to destinations, the oldest since ${span(hands)}.`,
          todo: "They are handed over again every 15 minutes at least. If it lasts, look at the queue inlet-events and its consumer's logs.",
          ...defined("since", oldestUnconfirmedAt),
        },
    room(standing, name),
  ]);
}

/** @param wordsOf the sentence of a refusal's code. */
export function sourceFindings(
  subject: Subject,
  { now, day, topRefusal, parked, parkedAgain }: SourceStanding,
  wordsOf: (reason: string) => string,
): Finding[] {
  const arrived = day.accepted + day.duplicate + day.refused;
  const share = arrived === 0 ? 0 : day.refused / arrived;
  return about(subject, `/sources/${subject.id}/debugger`, [
    parked === 0 && parkedAgain === 0
      ? undefined
      : {
          code: "overflow_used",
          severity: parkedAgain > 0 ? "critical" : "warning",
          sentence: `${counted(Math.max(parked, 1), "event")} took the overflow queue within the last hour, because Intake did not take them${parkedAgain > 0 ? "; some were refused again" : ""}.`,
          todo: "They are kept and tried again for four days. If it goes on, give the source more shards.",
          since: now - HOUR_MS,
        },
    day.refused < HEALTH.fewest || share < HEALTH.refusedShare
      ? undefined
      : {
          code: "many_refused",
          severity: "warning",
          sentence: `${percent(share)} of the last day's events were refused${topRefusal === undefined ? "" : `, most of them: ${wordsOf(topRefusal.reason)}`}`,
          todo: "The debugger shows each with its reason; what sends them has to change.",
          link: `/sources/${subject.id}/debugger?status=refused`,
        },
  ]);
}

/** A time that has passed says nothing of when it is tried again: it is about to be. */
const nextAt = (at: number | undefined, now: number): Pick<Finding, "nextAt"> =>
  at === undefined || at <= now ? {} : { nextAt: at };

/** It answers for nothing that we could change, and it is critical: "nothing for now" would not do. */
const DOWN_TODO =
  "Its logs or status page say why: mend it, or tell whoever runs it. Deliveries go on by themselves once it is back; nothing is given up for a day.";

/** What keeps a destination from getting events, the strongest first. */
function held({ now, ...standing }: DestinationStanding): Found | undefined {
  const { pausedAt, pausedUntil, probeAt, waiting, trouble, oldestAt } = standing;
  const why = trouble === undefined ? "" : ` Why: ${trouble.sentence}`;
  const ours = trouble !== undefined && explainReason(trouble.reason).who !== "destination";
  const waits = counted(waiting, "delivery waits", "deliveries wait");
  if (pausedAt !== undefined) {
    return {
      code: "destination_paused",
      severity: now - pausedAt >= HEALTH.pausedLongMs && waiting > 0 ? "warning" : "info",
      sentence: `Paused by hand for ${span(now - pausedAt)}; ${waits}.`,
      todo: "Resume it when it may get events again; nothing is given up meanwhile.",
      since: pausedAt,
    };
  }
  if (trouble?.reason === "INVALID_SETTINGS" && waiting > 0) {
    return {
      code: "destination_held",
      severity: "critical",
      sentence: `It gets nothing: its settings or secrets cannot be used. ${waits}, for a day at most.`,
      todo: trouble.todo,
      ...defined("since", oldestAt),
      ...nextAt(standing.nextAttemptAt, now),
    };
  }
  if (probeAt !== undefined) {
    return {
      code: "destination_down",
      severity: "critical",
      sentence: `It counts as down: one event at a time finds out whether it is back; ${waits}.${why}`,
      todo: ours ? trouble.todo : DOWN_TODO,
      ...defined("since", oldestAt),
      ...nextAt(probeAt, now),
    };
  }
  if (pausedUntil === undefined) return undefined;
  return {
    code: "destination_asked_pause",
    severity: "info",
    sentence: `It asked for a pause (Retry-After); ${waits}.`,
    todo: "Nothing: it goes on by itself.",
    ...nextAt(pausedUntil, now),
  };
}

function backlog({ now, oldestAt, waiting, retrying, trouble, nextAttemptAt }: DestinationStanding): Found | undefined {
  const age = oldestAt === undefined ? 0 : now - oldestAt;
  if (age < HEALTH.deliveryLateMs) return undefined;
  return {
    code: "delivery_late",
    severity: later(age, HEALTH.deliveryStuckMs),
    sentence: `${counted(waiting, "delivery has", "deliveries have")} no end yet, the oldest for ${span(age)}${retrying > 0 ? `; ${counted(retrying, "has", "have")} failed before` : ""}.${trouble === undefined ? "" : ` ${trouble.sentence}`}`,
    todo: trouble?.todo ?? "If it grows, the destination takes less than comes in: see how fast it answers.",
    ...defined("since", oldestAt),
    ...nextAt(nextAttemptAt, now),
  };
}

export function destinationFindings(subject: Subject, standing: DestinationStanding): Finding[] {
  const { day, lostFor } = standing;
  const ended = day.delivered + day.abandoned;
  const share = ended === 0 ? 0 : day.abandoned / ended;
  const stop = held(standing);
  return about(subject, `/destinations/${subject.id}/delivery`, [
    stop,
    stop === undefined || stop.code === "destination_asked_pause" ? backlog(standing) : undefined,
    day.abandoned === 0
      ? undefined
      : {
          code: "dead_letters",
          severity: share >= HEALTH.abandonedShare && day.abandoned >= HEALTH.fewest ? "critical" : "warning",
          sentence: `${counted(day.abandoned, "delivery was", "deliveries were")} given up within the last day (${percent(share)}).${lostFor === undefined ? "" : ` ${explainReason(lostFor).sentence}`}`,
          todo: "Put the cause right, then send the dead letters again.",
          link: `/destinations/${subject.id}/dead-letters`,
        },
  ]);
}

const isBehind = ({ error, behind }: FollowerView): boolean => error !== undefined && behind > 0;

/** @param warehouseOf the warehouse that a follower fills. */
export function exportFindings(
  subject: Subject,
  { enabled, oldestWaitingHour, waitingHours, followers }: ExportSummary,
  now: number,
  warehouseOf: (follower: string) => Subject | undefined,
): Finding[] {
  if (!enabled) return [];
  const link = `/sources/${subject.id}/exports`;
  const late = oldestWaitingHour === undefined ? 0 : now - oldestWaitingHour - HOUR_MS;
  const hours: (Found | undefined)[] = [
    late < HEALTH.exportLateMs
      ? undefined
      : {
          code: "exports_late",
          severity: late >= HEALTH.exportStuckMs ? "critical" : "warning",
          sentence: `Tables lack ${counted(waitingHours, "hour")}; the oldest ended ${span(late)} ago.`,
          todo: "The sync history shows what the runs failed over.",
          ...defined("since", oldestWaitingHour),
        },
  ];
  const failing = followers.filter(isBehind).map((follower): Finding => {
    const warehouse = warehouseOf(follower.name);
    return {
      code: `follower_failed:${follower.name}`,
      severity: "warning",
      subject: warehouse ?? subject,
      sentence: `${warehouse === undefined ? `“${follower.name}”` : `Loading the tables of ${subject.name}`} fails; ${counted(follower.behind, "publication waits", "publications wait")}.`,
      todo: "The sync history has the error. It is tried again by itself.",
      link: warehouse === undefined ? link : `/warehouses/${warehouse.id}`,
      ...nextAt(follower.retryAt, now),
    };
  });
  return [...about(subject, link, hours), ...failing];
}

export function workspaceFindings(subject: Subject, { deadMessages }: WorkspaceStanding): Finding[] {
  return about(
    subject,
    "/health",
    Object.entries(deadMessages).map(([queue, count]) => ({
      code: `dead_messages:${queue}`,
      severity: queue === "overflow" ? ("critical" as const) : ("warning" as const),
      sentence: `Cloudflare gave up on ${counted(count, "message")} of the queue inlet-${queue} within the last day.`,
      todo:
        queue === "overflow"
          ? `These events are only in R2, under dead-letters/queues/overflow/: they have to be put back by hand.`
          : "Nothing is lost: the objects hand their work over again. The Worker's logs say what the consumer failed over.",
    })),
  );
}
