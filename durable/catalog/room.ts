import { nextExpiry } from "../../src/core/directory.ts";
import type { Plan } from "../../src/core/plan.ts";
import type { Sealer } from "./sealer.ts";
import type { Store } from "./store.ts";

/** What the Catalog's parts share: its tables, its seal, its clock and its transaction. */
export interface Room {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly plan: Plan;
  now(): number;
  /** Runs `change` as one transaction and, unless it threw, gives the directory a new version. */
  write<T>(change: () => T): T;
}

export function createRoom(storage: DurableObjectStorage, store: Store, sealer: Sealer, plan: Plan): Room {
  const now = () => Date.now();
  return {
    store,
    sealer,
    plan,
    now,
    write: (change) =>
      storage.transactionSync(() => {
        const result = change();
        bumpVersion(store, now());
        return result;
      }),
  };
}

/**
 * Marks the directory as changed, and notes when it will next change by itself (a key of a rotation ends): an
 * edge that holds the current version is told `unchanged` only until then.
 */
export function bumpVersion(store: Store, now: number): void {
  store.putMeta("version", String(store.version() + 1));
  store.putMeta("changesAt", String(nextExpiry(store.sources(), now) ?? ""));
}
