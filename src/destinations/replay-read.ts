import type { SegmentList, SegmentQuery } from "../core/archive-index.ts";
import { parseLine, type DeliveryLine } from "../core/settle-lines.ts";
import type { ReplayCriteria } from "../core/replay.ts";
import type { compileSelection, Selected } from "../core/replay-select.ts";
import { isAtEnd, REPLAY_STEPS, type ReplayCursor, type SegmentToRead } from "../core/replay-steps.ts";

/** What reading the archive for a replay needs. */
export interface ReplayReadDeps {
  listSegments(sourceId: string, query: SegmentQuery): Promise<SegmentList>;
  /** The lines of a segment, wherever they are; null when the archive has them no longer. */
  readSegment(key: string): Promise<AsyncIterable<string> | null>;
  /** ms since epoch. */
  now(): number;
}

/** What the reader finds next. */
type Next =
  | { readonly status: "segment"; readonly segment: SegmentToRead; readonly cursor: ReplayCursor }
  /** The archive's list is not complete yet. */
  | { readonly status: "adopting"; readonly cursor: ReplayCursor }
  | { readonly status: "end"; readonly cursor: ReplayCursor };

/** The segment after the cursor, and the cursor after that segment. */
export async function nextSegment(criteria: ReplayCriteria, from: ReplayCursor, deps: ReplayReadDeps): Promise<Next> {
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
    cursor = {
      left: page.segments.map(({ key, count, firstAt }) => ({ key, count, firstAt })),
      ...(page.next === undefined ? { last: true } : { after: page.next, last: false }),
    };
  }
  const [segment, ...left] = cursor.left;
  return { status: "segment", segment: segment!, cursor: { ...cursor, left } };
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
