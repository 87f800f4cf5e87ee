import * as z from "zod";
import { EventType } from "./event.ts";
import { REJECTIONS, withDetail, type RejectionReason } from "./rejection.ts";
import type { Sample, SampleStatus } from "./sample.ts";

/** Bounds of one source's live ring. Characters are UTF-16 units of JSON text, at most 3 bytes each when stored. */
export const DEBUGGER = {
  /** Events the ring holds (delivery.md §5.5). */
  entries: 500,
  /** All of the ring's JSON; with the largest events it holds fewer of them. */
  ringChars: 6_000_000,
  /** One stored row: three bytes a character stay below SQLite's 2 MB. */
  pageChars: 600_000,
  /** One WebSocket frame: three bytes a character stay below 1 MiB. */
  frameChars: 300_000,
  /** Kept of a hot source: this many at once, then this many a second. */
  burst: 200,
  perSecond: 25,
  sockets: 50,
  /** Told of one messageId, the latest: each may hold 32 kB. */
  refusalsOfOne: 20,
} as const;

/** One row of the debugger. `seq` grows with arrival; the order is not authoritative (delivery.md §5.5). */
export interface DebuggerEntry extends Sample {
  readonly seq: number;
  /** `reason` in words. */
  readonly sentence?: string;
}

const isReason = (reason: string): reason is RejectionReason => Object.hasOwn(REJECTIONS, reason);

/** A refusal code in words; a code of a newer or older version stays as it is. */
export const sentenceOf = (reason: string): string => (isReason(reason) ? REJECTIONS[reason] : reason);

export function toEntry(sample: Sample, seq: number): DebuggerEntry {
  if (sample.reason === undefined) return { ...sample, seq };
  return { ...sample, seq, sentence: withDetail(sentenceOf(sample.reason), sample.detail) };
}

const STATUSES = ["accepted", "duplicate", "refused", "blocked"] as const satisfies readonly SampleStatus[];
const listOf = (values: readonly string[]) => {
  const one = `(?:${values.join("|")})`;
  return z
    .string()
    .max(100)
    .regex(new RegExp(`^(?:${one}(?:,${one})*)?$`), `one or more of ${values.join(", ")}, separated by commas`);
};

/**
 * What to show. `q`: text anywhere in the payload, its reason or its ids; `event`: part of the event's name;
 * `type` and `status`: one or several, separated by commas. Case does not matter; "" and absent mean anything.
 */
export const DebuggerFilter = z.object({
  q: z.string().max(200).optional(),
  type: listOf(EventType.options).optional(),
  event: z.string().max(200).optional(),
  status: listOf(STATUSES).optional(),
});
export type DebuggerFilter = z.infer<typeof DebuggerFilter>;

/** What a browser may say on the live socket. */
export const ClientFrame = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("pause") }),
  z.object({ kind: z.literal("resume") }),
  DebuggerFilter.extend({ kind: z.literal("filter") }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/**
 * What the live socket says: `ring` answers the connection or a new filter (a large one goes on in `entries`
 * frames), `entries` is what arrived since. Newest first. `hidden`: how many events of the ring's time the sample
 * leaves out, whatever the filter.
 */
export interface ServerFrame {
  readonly kind: "ring" | "entries";
  readonly entries: readonly DebuggerEntry[];
  readonly hidden: number;
}

/** `\u00e9` as é: clients may escape what a person searches for. */
const unescapeUnicode = (text: string): string =>
  text.includes("\\u")
    ? text.replace(/\\u([0-9a-f]{4})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

/** Payloads are compact JSON, people copy from indented JSON: `"plan": "pro"` is searched as `"plan":"pro"`. */
const compact = (text: string): string => text.replaceAll(/"\s*:\s+/g, '":').toLowerCase();

function hasText(entry: DebuggerEntry, needle: string): boolean {
  const { reason, sentence, messageId, userId, anonymousId, name } = entry;
  const short = [reason, sentence, messageId, userId, anonymousId, name];
  return (
    short.some((text) => text?.toLowerCase().includes(needle)) || compact(unescapeUnicode(entry.raw)).includes(needle)
  );
}

/** Makes the test for `filter`: every part of it has to hold. */
export function compileFilter(filter: DebuggerFilter): (entry: DebuggerEntry) => boolean {
  const needle = compact(filter.q?.trim() ?? "");
  const name = filter.event?.trim().toLowerCase() ?? "";
  const types = new Set<string | undefined>(filter.type?.split(",").filter(Boolean));
  const statuses = new Set<string>(filter.status?.split(",").filter(Boolean));
  return (entry) =>
    (types.size === 0 || types.has(entry.type)) &&
    (statuses.size === 0 || statuses.has(entry.status)) &&
    (name === "" || (entry.name?.toLowerCase().includes(name) ?? false)) &&
    (needle === "" || hasText(entry, needle));
}
