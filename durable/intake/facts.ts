import { pointerKinds, type SegmentFacts } from "../../src/core/archive-index.ts";
import { ReceivedTimes, type TimeFacts } from "../../src/core/received-times.ts";
import { readKinds } from "./kinds.ts";

/** What a segment's row keeps of it: all of its facts but the kinds, which have a column of their own. */
type StoredFacts = Omit<SegmentFacts, "kinds">;

/** When the events of an outbox row were received, as the row keeps it. */
export const writeTimes = (times: ReceivedTimes): string | null => JSON.stringify(times.facts() ?? null);

/** The facts of a segment from its outbox rows; null when one of them is of an earlier version. */
export function writeFacts(
  rows: readonly { readonly received: string | null }[],
  { hour, bytes }: Pick<SegmentFacts, "hour" | "bytes">,
): string | null {
  const times = new ReceivedTimes();
  for (const { received } of rows) {
    const facts = JSON.parse(received ?? "null") as TimeFacts | null;
    if (facts === null) return null;
    times.addAll(facts);
  }
  const all = times.facts();
  return all === undefined ? null : JSON.stringify({ hour, bytes, ...all } satisfies StoredFacts);
}

/** The facts a segment's row keeps, for its pointer; undefined when it is of an earlier version. */
export function readFacts(row: {
  readonly facts: string | null;
  readonly kinds: string | null;
}): SegmentFacts | undefined {
  if (row.facts === null) return undefined;
  const stored = JSON.parse(row.facts) as StoredFacts;
  return row.kinds === null ? stored : { ...stored, kinds: pointerKinds(readKinds(row.kinds)) };
}
