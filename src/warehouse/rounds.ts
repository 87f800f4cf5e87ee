import { inParallel } from "../core/pool.ts";

/** What is done without a rest; some 10 ms each. */
const ROUND = 12;

/**
 * Works through `items` as inParallel does, with a rest after every few. An hour may have thousands of tables, and on one
 * machine a single thread does all that Inlet does: it looks for new requests only when nothing is left to do.
 */
export async function inRounds<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
  rest: () => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += ROUND) {
    if (at > 0) await rest();
    await inParallel(items.slice(at, at + ROUND), atOnce, work);
  }
}
