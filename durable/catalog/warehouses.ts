import { refuse, type Refusal } from "../../src/core/catalog.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import {
  loaderName,
  WAREHOUSE_LIMITS,
  type OpenWarehouse,
  type WarehouseInput,
  type WarehousePatch,
  type WarehouseRecord,
  type WarehouseView,
} from "../../src/core/warehouse-record.ts";
import type { Room } from "./room.ts";
import { hideSecrets, openAll, sealChanges } from "./sealed-secrets.ts";
import { randomId } from "./secrets.ts";
import type { Store } from "./store.ts";

type Answer = Result<WarehouseView, Refusal>;

const NO_WAREHOUSE = refuse("not_found", "There is no such warehouse.");
const sealOwner = (id: string): string => `warehouse:${id}`;

const viewOf = (record: WarehouseRecord): WarehouseView => hideSecrets(record);

export async function createWarehouse(room: Room, input: WarehouseInput): Promise<Answer> {
  const id = randomId();
  const reseal = await sealChanges(room.sealer, sealOwner(id), input.secrets);
  const { warehouses } = room.store;
  return room.write(() => {
    if (warehouses.list().length >= WAREHOUSE_LIMITS.warehouses) {
      return err(refuse("conflict", `A workspace has at most ${WAREHOUSE_LIMITS.warehouses} warehouses.`));
    }
    const now = room.now();
    const { kind, name, enabled, settings } = input;
    const times = { createdAt: now, updatedAt: now };
    const record = { id, kind, name, enabled, sourceIds: [], settings: { ...settings }, sealed: reseal({}), ...times };
    warehouses.put(record);
    return ok(viewOf(record));
  });
}

/** `settings`, when given, replaces the plain ones; of the secrets only those that are named change. */
export async function updateWarehouse(room: Room, id: string, patch: WarehousePatch): Promise<Answer> {
  const reseal = await sealChanges(room.sealer, sealOwner(id), patch.secrets ?? {});
  const { warehouses } = room.store;
  return room.write(() => {
    const old = warehouses.find(id);
    if (old === undefined) return err(NO_WAREHOUSE);
    const record: WarehouseRecord = {
      ...old,
      name: patch.name ?? old.name,
      enabled: patch.enabled ?? old.enabled,
      settings: { ...(patch.settings ?? old.settings) },
      sealed: reseal(old.sealed),
      updatedAt: room.now(),
    };
    warehouses.put(record);
    return ok(viewOf(record));
  });
}

/** The answer is whose tables it got. What is loaded stays there. */
export function deleteWarehouse(room: Room, id: string): Result<readonly string[], Refusal> {
  const { warehouses } = room.store;
  return room.write(() => {
    const old = warehouses.find(id);
    if (old === undefined) return err(NO_WAREHOUSE);
    warehouses.drop(id);
    return ok(old.sourceIds);
  });
}

/** Connects a source or takes it away; either may be done already. */
export function setConnected(room: Room, id: string, sourceId: string, connected: boolean): Answer {
  const { store } = room;
  return room.write(() => {
    const old = store.warehouses.find(id);
    if (old === undefined) return err(NO_WAREHOUSE);
    const others = old.sourceIds.filter((one) => one !== sourceId);
    if (connected && store.source(sourceId) === undefined) {
      return err(refuse("not_found", "There is no such source."));
    }
    const sourceIds = connected ? [...others, sourceId] : others;
    const record = { ...old, sourceIds, updatedAt: room.now() };
    store.warehouses.put(record);
    return ok(viewOf(record));
  });
}

/** A source that is deleted is connected to nothing. */
export function disconnectSource(store: Store, sourceId: string): void {
  for (const record of store.warehouses.list().filter(({ sourceIds }) => sourceIds.includes(sourceId))) {
    store.warehouses.put({ ...record, sourceIds: record.sourceIds.filter((id) => id !== sourceId) });
  }
}

export function getWarehouse(room: Room, id: string): Answer {
  const record = room.store.warehouses.find(id);
  return record === undefined ? err(NO_WAREHOUSE) : ok(viewOf(record));
}

export const listWarehouses = (room: Room): WarehouseView[] => room.store.warehouses.list().map(viewOf);

/** The followers that fill the warehouses a source is connected to. */
export const loadersOf = (store: Store, sourceId: string): { readonly name: string; readonly on: boolean }[] =>
  store.warehouses
    .list()
    .filter(({ sourceIds }) => sourceIds.includes(sourceId))
    .map(({ id, enabled }) => ({ name: loaderName(id), on: enabled }));

/** With its secrets opened, for the loader only; `null` when it does not exist (any more). */
export async function openWarehouse(room: Room, id: string): Promise<OpenWarehouse | null> {
  const record = room.store.warehouses.find(id);
  if (record === undefined) return null;
  const { opened, unreadable } = await openAll(room.sealer, sealOwner(id), record.sealed);
  const { name, kind, settings } = record;
  return { id, name, kind, settings: { ...settings, ...opened }, secrets: Object.keys(opened), unreadable };
}
