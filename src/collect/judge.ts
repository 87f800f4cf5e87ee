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

/** Normalises every message of a call, within 4 MB of lines altogether (LIMITS.requestLineChars). */
export function judge(messages: readonly unknown[], arrival: Arrival, deps: Pick<AcceptDeps, "newMessageId">): Judged {
  const events: Normalised[] = [];
  let room: number = LIMITS.requestLineChars;
  const items = messages.map((raw): Result<Normalised, Rejection> => {
    const result = normalise(raw, arrival, () => deps.newMessageId());
    if (!result.ok) return result;
    room -= result.value.line.length;
    if (room < 0)
      return err(reject("message_too_large", "all messages with the batch's context added: more than 4 MB"));
    events.push(result.value);
    return result;
  });
  return { items, events };
}
