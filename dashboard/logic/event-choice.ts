import { parseFql, validate } from "@segment/destination-subscriptions";
import type { DebuggerEntry } from "../../src/core/debugger.ts";
import { isObject } from "./directive.ts";
import { entryTitle, entryUser } from "./entry-text.ts";
import { relativeTime } from "./times.ts";

export type Json = Readonly<Record<string, unknown>>;

/** An event read from text: the object, or why it is none. */
export type ReadEvent = { readonly event: Json } | { readonly problem: string };

export function readEvent(text: string): ReadEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `This is not JSON: ${error.message}` };
    throw error;
  }
  if (!isObject(value)) return { problem: "An event is a JSON object." };
  return typeof value["type"] === "string"
    ? { event: value }
    : { problem: 'An event has a "type": track, identify, page, screen, group or alias.' };
}

/** Whether an event would start a mapping, by the same rules as the collector's. */
export function wouldFire(trigger: string, event: Json): boolean {
  const parsed = parseFql(trigger);
  return !("error" in parsed) && validate(parsed, event);
}

/** The row to begin with: the newest that one of the triggers takes. */
export const likelyEntry = (
  entries: readonly DebuggerEntry[],
  triggers: readonly string[],
): DebuggerEntry | undefined =>
  entries.find((entry) => {
    const event = entry.messageId === undefined ? undefined : rawEvent(entry);
    return event !== undefined && triggers.some((trigger) => wouldFire(trigger, event));
  });

/** The event as its client sent it; the type may be only in the path it was sent to. A cut row has none. */
export function rawEvent({ raw, type, truncated }: DebuggerEntry): Json | undefined {
  if (truncated === true || type === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(raw);
    return isObject(value) ? { type, ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** One row of the debugger as a line of a list. */
export function entryLine(entry: DebuggerEntry, now: number): string {
  const user = entryUser(entry);
  const parts = [entry.type, entryTitle(entry), user, relativeTime(entry.receivedAt, now)];
  // Who an identify call is about is its title as well.
  return [...new Set(parts.filter((part) => part !== undefined && part !== ""))].join(" · ");
}
