import { LIMITS } from "../../core/limits.ts";
import { utf8Length } from "../../core/utf8.ts";

type Message = Readonly<Record<string, unknown>>;

export const MESSAGES_PER_BATCH = 100;
/** Segment's 500 kB (ingest.md §1.5) less what surrounds the messages. */
export const BYTES_PER_BATCH = LIMITS.batchBytes - 1024;

/**
 * What the receiving side works out itself. `sentAt` above all: with the client's, a line that waited here would look
 * like a clock that is slow by that much, and its time would be shifted.
 */
const RECEIVERS_OWN = new Set([
  "_metadata",
  "channel",
  "originalTimestamp",
  "projectId",
  "receivedAt",
  "sentAt",
  "version",
  "writeKey",
]);

/** `direct` asks the receiver to take the sender's address for the user's: it would be this Worker's. */
function withoutDirect(context: unknown): unknown {
  if (typeof context !== "object" || context === null || !("direct" in context)) return context;
  const { direct: _direct, ...rest } = context;
  return rest;
}

/** An event as a client sends it: with its messageId, its corrected `timestamp`, its context and its integrations. */
export function messageOf(event: Message): Message {
  const kept = Object.entries(event).filter(([name]) => !RECEIVERS_OWN.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, name === "context" ? withoutDirect(value) : value]));
}

/** One request's messages: their places in the list that was given, and their JSON. */
export interface SegmentBatch {
  readonly indices: readonly number[];
  readonly texts: readonly string[];
}

/**
 * Divides messages into batches that Segment takes: at most 100 messages and 500 kB. Messages above 32 kB are in
 * `tooLarge`, by their index.
 */
export function divide(messages: readonly Message[]): {
  batches: readonly SegmentBatch[];
  tooLarge: readonly number[];
} {
  const batches: { indices: number[]; texts: string[]; bytes: number }[] = [];
  const tooLarge: number[] = [];
  for (const [index, message] of messages.entries()) {
    const text = JSON.stringify(message);
    const bytes = utf8Length(text);
    if (bytes > LIMITS.eventBytes) {
      tooLarge.push(index);
      continue;
    }
    const last = batches.at(-1);
    const fits =
      last !== undefined && last.texts.length < MESSAGES_PER_BATCH && last.bytes + bytes + 1 <= BYTES_PER_BATCH;
    const batch = fits ? last : { indices: [], texts: [], bytes: 0 };
    if (!fits) batches.push(batch);
    batch.indices.push(index);
    batch.texts.push(text);
    batch.bytes += bytes + 1;
  }
  return { batches, tooLarge };
}
