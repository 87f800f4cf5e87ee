import { compareTexts, type FoldedLine } from "../core/warehouse/folding.ts";
import { foldLists, readLeaf, writeLeaves, type LeafPlace } from "./snapshot-leaf.ts";
import type { Leaf, TableSnapshot } from "./snapshot-state.ts";

/** Leaves that may be written again after a crash. */
const SAVE_EVERY = 16;

export interface FoldPlace extends Omit<LeafPlace, "table"> {
  /** Keeps the table so far; `replaced`: R2 keys that it needs no more. Durable with the next `save`. */
  readonly keep: (table: TableSnapshot, replaced: readonly string[]) => void;
  readonly save: () => Promise<void>;
}

/** The first of `rows` (in order) whose id is not less than `id`. */
function firstAt(rows: readonly FoldedLine[], id: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareTexts(rows[middle]!.id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What becomes of one leaf: itself when nothing changed. `leaf` is undefined in a table that has none yet. */
async function foldLeaf(
  table: TableSnapshot,
  leaf: Leaf | undefined,
  changes: readonly FoldedLine[],
  place: FoldPlace,
): Promise<{ readonly leaves: Leaf[]; readonly replaced: string[]; readonly gone: boolean }> {
  const kept = { leaves: leaf === undefined ? [] : [leaf], replaced: [], gone: false };
  if (changes.length === 0 && !table.rewriting) return kept;
  const present = leaf === undefined ? [] : await readLeaf(place.store, leaf);
  const { rows, changed } = foldLists(present ?? [], changes);
  const isSame = changed === 0 && !table.rewriting && present !== null;
  if (isSame || rows.length === 0) return kept;
  const leaves = await writeLeaves({ ...place, table: table.table }, table.nextLeaf, leaf?.from ?? "", rows);
  const replaced = leaf === undefined ? [] : [leaf.stateKey, leaf.file.key];
  return { leaves, replaced, gone: present === null };
}

/**
 * Folds `changes` (in order of their ids) into the leaves from `table.doneBelow` on. Answers how many leaves were gone; what
 * they held is lost until its hours are made again.
 */
export async function foldLeaves(
  table: TableSnapshot,
  changes: readonly FoldedLine[],
  place: FoldPlace,
): Promise<number> {
  const from = table.doneBelow ?? "";
  const done: Leaf[] = table.leaves.filter((leaf) => leaf.from < from);
  const rest: (Leaf | undefined)[] = table.leaves.slice(done.length);
  if (table.leaves.length === 0) rest.push(undefined);
  let { nextLeaf } = table;
  let gone = 0;
  let replaced: string[] = [];
  let written = 0;
  for (const [i, leaf] of rest.entries()) {
    const end = rest[i + 1]?.from;
    const mine = changes.slice(
      firstAt(changes, leaf?.from ?? ""),
      end === undefined ? undefined : firstAt(changes, end),
    );
    const folded = await foldLeaf({ ...table, nextLeaf }, leaf, mine, place);
    done.push(...folded.leaves);
    replaced.push(...folded.replaced);
    if (folded.gone) gone++;
    if (folded.leaves[0] === leaf) continue;
    nextLeaf += folded.leaves.length;
    written += folded.leaves.length;
    if (written < SAVE_EVERY || end === undefined) continue;
    const later = rest.slice(i + 1).filter((one) => one !== undefined);
    place.keep({ ...table, nextLeaf, leaves: [...done, ...later], doneBelow: end }, replaced);
    await place.save();
    replaced = [];
    written = 0;
  }
  place.keep({ ...table, nextLeaf, leaves: done, doneBelow: null }, replaced);
  return gone;
}
