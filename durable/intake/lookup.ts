import { HOUR_MS } from "../../src/core/durations.ts";
import { TOLD_TIMES, type Duplicates, type LookupResult } from "../../src/core/intake.ts";
import { commitsOf, keyOf, type DrainDeps } from "./drain.ts";
import { hashIds } from "../../src/core/id-hashes.ts";
import { countIn } from "./hashes.ts";
import type { IntakeMemory } from "./memory.ts";
import { findPlaces, type Place } from "./places.ts";
import type { IntakeStore } from "./store.ts";

/** Rows of duplicates one look-up goes through, the newest: somebody may send the same events again all day. */
const SCANNED_ROWS = 20_000;

/** Where this shard keeps a messageId, or null when it is unknown or older than the window. */
export function lookUp(
  messageId: string,
  { memory, deps }: { readonly memory: IntakeMemory; readonly deps: Pick<DrainDeps, "store" | "sourceId" | "shard"> },
): LookupResult | null {
  const { store } = deps;
  const hash = hashIds([messageId]);
  const place = findPlaces(store, memory, [hash])[0]!.get(0);
  if (place === undefined) return null;
  const row = store.segment(place.segment);
  const found = row ? { stored: true, firstSeenAt: commitTime(row.commits, place) } : waitingLine(store, place);
  const { firstSeenAt } = found;
  const bucket = row?.bucket ?? Math.floor(firstSeenAt / HOUR_MS);
  const segment = keyOf(place.segment, bucket, deps);
  return { segment, line: place.line, ...found, duplicates: duplicatesOf(store, hash) };
}

/** When the commit that holds the line was made. `commits`: see SegmentRow. */
function commitTime(commits: string, { line }: Place): number {
  return (JSON.parse(commits) as [number, number][]).findLast(([start]) => start <= line)?.[1] ?? 0;
}

/** A line that is still in the outbox, with its text. */
function waitingLine(store: IntakeStore, place: Place) {
  const commits = commitsOf(store.outboxIds(place.segment));
  const row = commits.findLastIndex(([start]) => start <= place.line);
  const [start = 0, firstSeenAt = 0] = commits[row] ?? [];
  const text = store.outboxLines(place.segment, row)?.split("\n")[place.line - start];
  return { stored: false, firstSeenAt, ...(text === undefined ? {} : { text }) };
}

/** Copies of an event, whichever shard holds it. */
export function duplicatesOf(store: IntakeStore, hash: ArrayBuffer): Duplicates {
  const after = store.newestDuplicates() - SCANNED_ROWS;
  const times: number[] = [];
  let count = 0;
  for (const { at, hashes } of store.duplicatesOf(hash, after)) {
    const copies = countIn(hashes, hash);
    count += copies;
    for (let i = 0; i < Math.min(copies, TOLD_TIMES); i++) times.push(at);
    if (times.length > 2 * TOLD_TIMES) times.splice(0, times.length - TOLD_TIMES);
  }
  return { count, atLeast: store.hasDuplicatesUpTo(after), times: times.slice(-TOLD_TIMES) };
}
