import type { SegmentList, SegmentQuery } from "../core/archive-index.ts";
import { parseLine, type DeliveryLine } from "../core/settle-lines.ts";
import type { ReplayCriteria } from "../core/replay.ts";
import type { compileSelection, Selected } from "../core/replay-select.ts";
import { isAtEnd, REPLAY_STEPS, type ReplayCursor, type SegmentToRead } from "../core/replay-steps.ts";

/** What reading the archive for a replay needs. */
export interface ReplayReadDeps {
  listSegments(sourceId: string, query: SegmentQuery): Promise<SegmentList>;
  /** The lines of a segment, wherever they are; null when the archive has them no longer. */
  fetchSegment(segment: SegmentToRead): Promise<AsyncIterable<string> | null>;
  /** ms since epoch. */
  now(): number;
}

/** What the reader finds next; `cursor` is the one after it. */
type Next =
  | { readonly status: "segment"; readonly segment: SegmentToRead; readonly cursor: ReplayCursor }
  /** The archive's list is not complete yet. */
  | { readonly status: "adopting"; readonly cursor: ReplayCursor }
  | { readonly status: "end"; readonly cursor: ReplayCursor };

async function nextSegment(criteria: ReplayCriteria, from: ReplayCursor, deps: ReplayReadDeps): Promise<Next> {
  let cursor = from;
  while (cursor.left.length === 0) {
    if (isAtEnd(cursor)) return { status: "end", cursor };
    const { after } = cursor;
    const page = await deps.listSegments(criteria.sourceId, {
      from: criteria.from,
      to: criteria.to,
      limit: REPLAY_STEPS.page,
      ...(after === undefined ? {} : { after }),
    });
    if (page.adopting === true) return { status: "adopting", cursor };
    const left = page.segments.map(({ key, count, bytes, firstAt, place }): SegmentToRead => ({
      key,
      count,
      bytes,
      firstAt,
      ...(place === undefined ? {} : { place }),
    }));
    cursor = { left, ...(page.next === undefined ? { last: true } : { after: page.next, last: false }) };
  }
  const [segment, ...left] = cursor.left;
  return { status: "segment", segment: segment!, cursor: { ...cursor, left } };
}

/** One segment with what was fetched of it, or why there is none. */
type Fetched<T> =
  | (Extract<Next, { status: "segment" }> & { readonly fetched: T })
  | Exclude<Next, { status: "segment" }>;

/**
 * The segments after a cursor in the archive's order, each with what `fetch` gives for it; some are fetched while one is
 * being read. The last thing it yields is the end, or that the archive asks for patience.
 */
export async function* segmentsAfter<T>(
  criteria: ReplayCriteria,
  from: ReplayCursor,
  deps: ReplayReadDeps,
  fetch: (segment: SegmentToRead) => Promise<T>,
): AsyncGenerator<Fetched<T>> {
  const ahead: { readonly found: Extract<Next, { status: "segment" }>; readonly fetched: Promise<T> }[] = [];
  let last: Next | undefined;
  let cursor = from;
  const bytes = () => ahead.reduce((sum, { found }) => sum + found.segment.bytes, 0);
  for (;;) {
    while (last === undefined && ahead.length < REPLAY_STEPS.fetchedAhead && bytes() < REPLAY_STEPS.fetchedBytes) {
      const next = await nextSegment(criteria, cursor, deps);
      ({ cursor } = next);
      if (next.status !== "segment") last = next;
      else {
        const fetched = fetch(next.segment);
        // Its failure is told when its turn comes, if it does.
        void fetched.catch(() => undefined);
        ahead.push({ found: next, fetched });
      }
    }
    const first = ahead.shift();
    if (first === undefined) break;
    yield { ...first.found, fetched: await first.fetched };
  }
  if (last !== undefined && last.status !== "segment") yield last;
}

/** Goes through the lines of a segment one by one and says of each whether the replay is about it. */
export async function* selectedLines(
  segment: AsyncIterable<string>,
  select: ReturnType<typeof compileSelection>,
): AsyncGenerator<{ readonly line: DeliveryLine; readonly selected: Selected }> {
  let number = 0;
  for await (const text of segment) {
    const line = parseLine(number++, text);
    yield { line, selected: select(line.event) };
  }
}
