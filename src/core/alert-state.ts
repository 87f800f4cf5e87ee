import { afterCalm, afterFindings, allTold } from "./alert-findings.ts";
import { ALERTS, type AlertState, type Attempt, type MessageKind, type Notification, type Verdict } from "./alert.ts";
import { nextAttemptAt } from "./delivery.ts";

/** A rule's state after a look, and what its channel is to be told, in which words. */
export interface Step {
  readonly state: AlertState;
  readonly tell?: Exclude<MessageKind, "test">;
  readonly sentence: string;
}

/**
 * One message when it begins, one a day while it lasts, one when it is over; of a rule on Health also one when something
 * else is found meanwhile. `now` in ms since epoch.
 */
export function afterLook(before: AlertState | undefined, verdict: Verdict, now: number): Step {
  const { status, sentence } = verdict;
  const old: AlertState = before ?? { status: "ok", since: now, checkedAt: now, sentence };
  if (status === "unknown") return { state: { ...old, checkedAt: now, sentence, unknown: true }, sentence };
  const { unknown: _, goodSince = now, ...rest } = old;
  const seen = { ...rest, checkedAt: now, sentence };
  if (status === "bad") return old.status === "ok" ? begun(seen, verdict, now) : lasting(seen, verdict, now);
  if (old.status === "ok") return { state: seen, sentence };
  if (now - goodSince < ALERTS.settledMs) {
    const told = old.told === undefined ? {} : { told: afterCalm(old.told, { found: [], silent: [] }, now) };
    return { state: { ...seen, ...told, goodSince }, sentence };
  }
  const { told: __, ...over } = seen;
  return { state: { ...over, status: "ok", since: now, toldAt: now }, tell: "resolved", sentence };
}

const begun = (seen: AlertState, { health, sentence }: Verdict, now: number): Step => ({
  state: {
    ...seen,
    ...(health === undefined ? {} : { told: allTold(health) }),
    status: "firing",
    since: now,
    toldAt: now,
  },
  tell: "firing",
  sentence,
});

function lasting(seen: AlertState, { health, sentence }: Verdict, now: number): Step {
  if (health === undefined) return remindedOnceADay(seen, sentence, now);
  // An older version kept nothing of what it told: said once more, all of it is told.
  if (seen.told === undefined) return reminded({ ...seen, told: allTold(health) }, sentence, now);
  const { sentence: news, ...known } = afterFindings(seen, health, now);
  const state = { ...seen, ...known };
  return news === undefined ? remindedOnceADay(state, sentence, now) : { state, tell: "new_finding", sentence: news };
}

const reminded = (seen: AlertState, sentence: string, now: number): Step => ({
  state: { ...seen, toldAt: now },
  tell: "reminder",
  sentence,
});

const remindedOnceADay = (seen: AlertState, sentence: string, now: number): Step =>
  now - (seen.toldAt ?? 0) < ALERTS.remindMs ? { state: seen, sentence } : reminded(seen, sentence, now);

/** A message after an attempt: sent, tried again later, or given up. */
export function afterAttempt(message: Notification, attempt: Attempt, random: number): Notification {
  const { nextAt: _, ...rest } = message;
  const attempts = [...message.attempts, attempt];
  if (attempt.ok || attempts.length >= ALERTS.attempts || message.kind === "test") return { ...rest, attempts };
  return { ...rest, attempts, nextAt: nextAttemptAt(attempts.length, attempt.at, random) };
}

export type MessageStatus = "waiting" | "sent" | "failed";
export const statusOfMessage = ({ attempts, nextAt }: Notification): MessageStatus =>
  attempts.at(-1)?.ok === true ? "sent" : nextAt === undefined ? "failed" : "waiting";
