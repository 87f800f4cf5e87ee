import { LIMITS } from "../core/limits.ts";
import { normalise, type Arrival, type Normalised } from "../core/normalise.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import { err, type Result } from "../core/result.ts";
import type { AcceptDeps } from "./accept.ts";

/** `items`: one result per message; `events`: the good ones, in order. */
export interface Judged {
  readonly items: readonly Result<Normalised, Rejection>[];
  readonly events: readonly Normalised[];
}

/** Said of messages that nobody looked at. */
export const TOO_MUCH = reject("message_too_large", "all messages with the batch's context added: more than 4 MB");

/**
 * Normalises the messages of a call, within 4 MB of lines altogether (LIMITS.requestLineChars). A refused message uses
 * up what the batch would have added to it; once nothing is left, the rest is refused without a look.
 */
export function judge(messages: readonly unknown[], arrival: Arrival, deps: Pick<AcceptDeps, "newMessageId">): Judged {
  const events: Normalised[] = [];
  let room: number = LIMITS.requestLineChars;
  const items = messages.map((raw): Result<Normalised, Rejection> => {
    if (room < 0) return err(TOO_MUCH);
    const result = normalise(raw, arrival, () => deps.newMessageId());
    room -= result.ok ? result.value.line.length : arrival.sharedChars;
    if (!result.ok) return result;
    if (room < 0) return err(TOO_MUCH);
    events.push(result.value);
    return result;
  });
  return { items, events };
}
