import { ALERTS, type AlertState, type Attempt, type MessageKind, type Notification, type Verdict } from "./alert.ts";
import { nextAttemptAt } from "./delivery.ts";

/** A rule's state after a look, and what its channel is to be told. */
export interface Step {
  readonly state: AlertState;
  readonly tell?: Exclude<MessageKind, "test">;
}

/** One message when it begins, one a day while it lasts, one when it is over; `now` in ms since epoch. */
export function afterLook(before: AlertState | undefined, verdict: Verdict, now: number): Step {
  const { status, sentence } = verdict;
  const old: AlertState = before ?? { status: "ok", since: now, checkedAt: now, sentence };
  if (status === "unknown") return { state: { ...old, checkedAt: now, sentence, unknown: true } };
  const { unknown: _, goodSince = now, ...rest } = old;
  const seen = { ...rest, checkedAt: now, sentence };
  if (status === "bad") {
    if (old.status === "ok") return { state: { ...seen, status: "firing", since: now, toldAt: now }, tell: "firing" };
    if (now - (old.toldAt ?? 0) < ALERTS.remindMs) return { state: seen };
    return { state: { ...seen, toldAt: now }, tell: "reminder" };
  }
  if (old.status === "ok") return { state: seen };
  if (now - goodSince < ALERTS.settledMs) return { state: { ...seen, goodSince } };
  return { state: { ...seen, status: "ok", since: now, toldAt: now }, tell: "resolved" };
}

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
