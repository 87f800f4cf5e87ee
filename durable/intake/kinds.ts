import { EVENT_KINDS, KindTally, readKind, type KindCount } from "../../src/core/event-kind.ts";

type Stored = [kind: string, count: number][];

/** A tally as a row keeps it; null when nothing was told of the kinds. */
export const writeKinds = ({ entries }: KindTally): string | null =>
  entries.length === 0 ? null : JSON.stringify(entries);

/** The tallies of a segment's rows as one, as its own row keeps it. */
export function mergeKinds(rows: readonly { readonly kinds: string | null }[]): string | null {
  const tally = new KindTally(EVENT_KINDS.perSegment);
  for (const { kinds } of rows) {
    for (const [kind, count] of JSON.parse(kinds ?? "[]") as Stored) tally.add(kind, count);
  }
  return writeKinds(tally);
}

/** What a row keeps, for the ledger. */
export const readKinds = (kinds: string): KindCount[] =>
  (JSON.parse(kinds) as Stored).map(([kind, count]) => ({ kind: readKind(kind), count }));
