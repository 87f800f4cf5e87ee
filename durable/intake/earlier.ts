import { intakeName, shardOf, type PackedBatch } from "../../src/core/intake.ts";
import type { Intake } from "../intake.ts";
import { pickHashes } from "./hashes.ts";

/**
 * Indexes of ids that another shard holds since before the last change of the shard count. The question also tells
 * that shard of the new layout, so that it takes no more of them; throws when it cannot be asked.
 */
export async function seenBefore(
  { ids = [], route, hashes }: PackedBatch,
  ownShard: number,
  intakes: DurableObjectNamespace<Intake>,
): Promise<ReadonlySet<number>> {
  const { previous, sourceId } = route;
  const earlier = new Set<number>();
  if (previous === undefined || previous.until < Date.now()) return earlier;
  const byShard = Map.groupBy(ids.keys(), (i) => shardOf(ids[i]!, previous.shards));
  byShard.delete(ownShard);
  await Promise.all(
    [...byShard].map(async ([shard, indexes]) => {
      const found = await intakes.getByName(intakeName(sourceId, shard)).seen(pickHashes(hashes, indexes), route);
      for (const n of found) earlier.add(indexes[n]!);
    }),
  );
  return earlier;
}
