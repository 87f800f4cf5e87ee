import { gzipSync } from "node:zlib";
import { env } from "cloudflare:workers";
import { LineFacts } from "../../src/core/archive-index.ts";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { createArchiveDesk } from "../../src/bindings/archive-desk.ts";
import { compareIn, placeOf } from "../../src/core/archive-order.ts";
import { SearchLine, SearchRequest } from "../../src/core/archive-search.ts";
import { indexOf } from "./archive-index.ts";
import type { Random } from "./random.ts";

const HOUR = 3_600_000;

/** An event and where it is. */
export interface Stored {
  readonly segment: string;
  readonly line: number;
  readonly at: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Puts a segment into R2 as a drain does and tells the index of it, facts and all. */
export async function putSegment(
  sourceId: string,
  { hour, shard = 0, segment, lines }: { hour: number; shard?: number; segment: number; lines: readonly string[] },
): Promise<string> {
  const key = segmentKey(sourceId, utcDay(hour), shard, segment);
  const packed = gzipSync(`${lines.join("\n")}\n`);
  await env.ARCHIVE.put(key, packed, { customMetadata: { firstCommit: String(hour) } });
  const told = new LineFacts();
  for (const line of lines) told.add(line);
  const facts = { ...told.facts(hour), bytes: packed.byteLength };
  await indexOf(sourceId).add({ sourceId, shard, segment, key, count: lines.length, facts });
  return key;
}

const WORDS = ["café", "naïve", "http://x.test/a", String.raw`C:\temp`, 'say "hi"', "🦊", "plain", "Ünder\nline"];
const NAMES = ["Order Completed", "Signed Up", "Viewed"];

function randomEvent(random: Random, at: number, messageId: string): Record<string, unknown> {
  const type = random.pick(["track", "track", "track", "page", "identify"]);
  return {
    type,
    messageId,
    receivedAt: new Date(at).toISOString(),
    ...(type === "track" ? { event: random.pick(NAMES) } : {}),
    ...(type === "page" ? { name: random.pick(NAMES) } : {}),
    userId: `user-${random.between(1, 5)}`,
    properties: { total: random.between(1, 100), note: random.pick(WORDS) },
  };
}

/**
 * Segments of three shards over some hours, as Intake makes them: the events of a segment within seconds, segments of
 * different shards side by side, some across a full hour, and some events that were parked for hours before.
 */
export async function fillRandomly(
  sourceId: string,
  random: Random,
  { from, hours, segment }: { from: number; hours: number; segment: number },
): Promise<Stored[]> {
  const stored: Stored[] = [];
  let [no, id] = [segment, 0];
  for (let hour = from; hour < from + hours * HOUR; hour += HOUR) {
    for (let n = random.between(0, 8); n > 0; n--) {
      const start = hour + random.between(-2, 3599) * 1000;
      const events = Array.from({ length: random.between(1, 9) }, () => {
        const parked = random.next() < 0.05 ? random.between(1, 3) * HOUR : 0;
        const at = start + random.between(0, 40) * 50 - parked;
        return { at, event: randomEvent(random, at, `${segment}-${id++}`) };
      });
      const lines = events.map(({ event }) => JSON.stringify(event));
      const key = await putSegment(sourceId, { hour, shard: random.between(0, 2), segment: no++, lines });
      stored.push(...events.map(({ at, event }, line) => ({ segment: key, line, at, event })));
    }
  }
  return stored;
}

/** In the order of a search. */
export const inOrder = (stored: readonly Stored[], order: "asc" | "desc"): Stored[] => {
  const compare = compareIn(order);
  const place = ({ at, segment, line }: Stored) => ({ at, place: placeOf(segment, line) });
  return stored.toSorted((a, b) => compare(place(a), place(b)));
};

const NEVER = new AbortController().signal;

/** The answer to one page, as a stream; the clock is the test's. */
export function openSearch(
  sourceId: string,
  request: Partial<SearchRequest>,
  signal: AbortSignal = NEVER,
): ReadableStream<Uint8Array> {
  const whole = SearchRequest.parse({ from: 0, to: Number.MAX_SAFE_INTEGER, types: [], events: [], ...request });
  const found = createArchiveDesk(env, () => Date.now()).search(sourceId, whole, signal);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

/** The lines of an answer, each held to its schema. */
export async function readAnswer(stream: ReadableStream<Uint8Array>) {
  const text = await new Response(stream).text();
  const lines = text.split("\n").slice(0, -1);
  const parsed = lines.map((line) => SearchLine.parse(JSON.parse(line)));
  const end = parsed.at(-1);
  if (end === undefined || !("end" in end)) throw new Error("the answer was cut");
  const found = parsed.flatMap((line) => ("event" in line ? [{ ...line.at, event: line.event }] : []));
  return { found, end: end.end, lines: parsed };
}

/** All pages one after the other. */
export async function searchAll(sourceId: string, request: Partial<SearchRequest>) {
  const found: Awaited<ReturnType<typeof readAnswer>>["found"] = [];
  const reasons: string[] = [];
  let cursor = request.cursor;
  do {
    const page = await readAnswer(openSearch(sourceId, { ...request, ...(cursor === undefined ? {} : { cursor }) }));
    found.push(...page.found);
    reasons.push(page.end.reason);
    cursor = page.end.cursor;
  } while (cursor !== undefined && reasons.length < 5000);
  return { found, reasons };
}
