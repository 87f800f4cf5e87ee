import { EXPORTS } from "../../src/core/export-times.ts";
import { followerStore } from "./follower-store.ts";
import { historyStore } from "./history-store.ts";
import { hourStore } from "./hour-store.ts";
import { metaStore } from "./meta-store.ts";
import { publicationStore } from "./publication-store.ts";
import { registryStore } from "./registry-store.ts";
import { runStore } from "./run-store.ts";
import { createTables, STATE } from "./schema.ts";
import { trashStore } from "./trash-store.ts";
import { writtenStore } from "./written-store.ts";

/** The parts of Exports over its storage, and its transaction. */
export function createRoom(storage: DurableObjectStorage, now: number) {
  const { sql } = storage;
  createTables(sql);
  const meta = metaStore(sql);
  const registry = registryStore(sql);
  const publications = publicationStore(sql, registry);
  const followers = followerStore(sql);
  const trash = trashStore(sql);
  const written = writtenStore(sql);
  written.adopt(now);

  const hasIceberg = (): boolean => followers.find("iceberg")?.is_on === 1;
  /** Nothing names these any more: they go when readers of what named them are done. */
  const discard = (keys: readonly string[], now: number): void =>
    trash.add(keys, now + (hasIceberg() ? EXPORTS.icebergTrashMs : EXPORTS.trashMs));
  /** Both name its files themselves until they have worked through the newer version. */
  const isNeeded = (hour: number, no: number): boolean =>
    followers.holds("snapshot", hour, no) || (hasIceberg() && followers.holds("iceberg", hour, no));

  /** Lets go of what a replaced publication names, as far as no follower needs it any more. */
  function letGo(no: number, now: number): void {
    const found = publications.row(no);
    if (found?.state !== STATE.replaced) return;
    if (found.trashed === 0 && !isNeeded(found.hour, no)) {
      discard(publications.keys(no), now);
      publications.setTrashed(no);
    }
    if (publications.row(no)?.trashed === 1 && !followers.anyHolds(found.hour, no)) publications.forget(no);
  }

  return {
    meta,
    registry,
    publications,
    followers,
    trash,
    written,
    hasIceberg,
    discard,
    letGo,
    hours: hourStore(sql),
    runs: runStore(sql, meta),
    history: historyStore(sql),
    transaction: <T>(change: () => T): T => storage.transactionSync(change),
    /** Rises with every claim. */
    nextToken(): number {
      const token = (meta.get<number>("token") ?? 0) + 1;
      meta.set("token", token);
      return token;
    },
  };
}
export type Room = ReturnType<typeof createRoom>;
