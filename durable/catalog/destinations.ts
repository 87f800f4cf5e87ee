import {
  CATALOG_LIMITS,
  refuse,
  type DestinationInput,
  type DestinationPatch,
  type DestinationRecord,
  type DestinationView,
  type OpenDestination,
  type Refusal,
} from "../../src/core/catalog.ts";
import { compileDestination } from "../../src/core/directory.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { Room } from "./room.ts";
import { hideSecrets, openAll, sealChanges } from "./sealed-secrets.ts";
import { randomId } from "./secrets.ts";
import type { Store } from "./store.ts";
import { newSubscription } from "./subscriptions.ts";

type Answer = Result<DestinationView, Refusal>;

const NO_DESTINATION = refuse("not_found", "There is no such destination.");
const sealOwner = (id: string): string => `destination:${id}`;

const viewOf = (record: DestinationRecord): DestinationView => hideSecrets(record);

/** Why a destination cannot have these sources. */
function refuseSources(store: Store, sourceIds: readonly string[]): Refusal | undefined {
  if (sourceIds.length === 0) return refuse("invalid", "A destination needs a source.", "sourceIds");
  if (sourceIds.length > CATALOG_LIMITS.sourcesPerDestination) {
    const most = CATALOG_LIMITS.sourcesPerDestination;
    return refuse("invalid", `A destination has at most ${most} sources.`, "sourceIds");
  }
  const missing = sourceIds.find((id) => store.source(id) === undefined);
  return missing === undefined ? undefined : refuse("invalid", `There is no source ${missing}.`, "sourceIds");
}

const distinct = (ids: readonly string[]): string[] => [...new Set(ids)];

export async function createDestination(room: Room, input: DestinationInput): Promise<Answer> {
  const id = randomId();
  const reseal = await sealChanges(room.sealer, sealOwner(id), input.secrets);
  const { store } = room;
  return room.write(() => {
    const refusal = refuseSources(store, distinct(input.sourceIds));
    if (refusal !== undefined) return err(refusal);
    if (store.countDestinations() >= CATALOG_LIMITS.destinations) {
      return err(refuse("conflict", `A workspace has at most ${CATALOG_LIMITS.destinations} destinations.`));
    }
    const now = room.now();
    const { secrets: _plain, subscriptions, ...rest } = input;
    const record: DestinationRecord = {
      ...rest,
      id,
      sourceIds: distinct(input.sourceIds),
      consentCategories: distinct(input.consentCategories),
      settings: { ...rest.settings },
      sealed: reseal({}),
      createdAt: now,
      updatedAt: now,
    };
    store.putDestination(record);
    for (const subscription of subscriptions) store.subscriptions.add(newSubscription(id, subscription, now));
    return ok(viewOf(record));
  });
}

/**
 * `settings`, when given, replaces the plain ones; of the secrets only those that are named change. A source that is
 * taken away takes the filters along that stood between it and the destination.
 */
export async function updateDestination(room: Room, id: string, patch: DestinationPatch): Promise<Answer> {
  const reseal = await sealChanges(room.sealer, sealOwner(id), patch.secrets ?? {});
  const { store } = room;
  return room.write(() => {
    const old = store.destination(id);
    if (old === undefined) return err(NO_DESTINATION);
    const sourceIds = distinct(patch.sourceIds ?? old.sourceIds);
    const refusal = patch.sourceIds === undefined ? undefined : refuseSources(store, sourceIds);
    if (refusal !== undefined) return err(refusal);
    const record: DestinationRecord = {
      ...old,
      name: patch.name ?? old.name,
      enabled: patch.enabled ?? old.enabled,
      sourceIds,
      consentCategories: distinct(patch.consentCategories ?? old.consentCategories),
      settings: { ...(patch.settings ?? old.settings) },
      sealed: reseal(old.sealed),
      updatedAt: room.now(),
    };
    put(store, record);
    return ok(viewOf(record));
  });
}

function put(store: Store, record: DestinationRecord): void {
  store.putDestination(record);
  for (const filter of store.filters.of(record.id)) {
    if (!record.sourceIds.includes(filter.sourceId)) store.filters.drop(record.id, filter.id);
  }
}

/** With its subscriptions and filters. */
function drop(store: Store, id: string): void {
  store.subscriptions.dropAll(id);
  store.filters.dropAll(id);
  store.dropDestination(id);
}

export function deleteDestination(room: Room, id: string): Result<null, Refusal> {
  return room.write(() => {
    if (room.store.destination(id) === undefined) return err(NO_DESTINATION);
    drop(room.store, id);
    return ok(null);
  });
}

/**
 * Takes a source out of every destination; one that is left without any goes, for it could receive nothing more.
 * @returns ids of those that are gone
 */
export function forgetSource(store: Store, sourceId: string): string[] {
  const gone: string[] = [];
  for (const record of store.destinations().filter(({ sourceIds }) => sourceIds.includes(sourceId))) {
    const sourceIds = record.sourceIds.filter((id) => id !== sourceId);
    if (sourceIds.length > 0) put(store, { ...record, sourceIds });
    else {
      drop(store, record.id);
      gone.push(record.id);
    }
  }
  return gone;
}

export function getDestination(room: Room, id: string): Answer {
  const record = room.store.destination(id);
  return record === undefined ? err(NO_DESTINATION) : ok(viewOf(record));
}

export const listDestinations = (room: Room): DestinationView[] => room.store.destinations().map(viewOf);

/** The destination with its secrets opened, for the delivery consumer only; `null` when it does not exist (any more). */
export async function openDestination(room: Room, id: string): Promise<OpenDestination | null> {
  const record = room.store.destination(id);
  if (record === undefined) return null;
  const subscriptions = room.store.subscriptions.of(id);
  const filters = room.store.filters.of(id);
  const { opened, unreadable } = await openAll(room.sealer, sealOwner(id), record.sealed);
  const settings = { ...record.settings, ...opened };
  const { consentCategories, createdAt } = record;
  const destination = compileDestination(record);
  return { destination, settings, unreadable, subscriptions, filters, consentCategories, createdAt };
}

/**
 * Seals what a destination gave us itself (refreshed OAuth tokens), by setting. The directory does not change: no
 * edge knows a secret. Nothing happens when the destination is gone.
 */
export async function saveTokens(room: Room, id: string, tokens: Readonly<Record<string, string>>): Promise<void> {
  const reseal = await sealChanges(room.sealer, sealOwner(id), tokens);
  const record = room.store.destination(id);
  if (record === undefined) return;
  const names = Object.keys(tokens);
  const plain = Object.entries(record.settings).filter(([name]) => !names.includes(name));
  const settings = Object.fromEntries(plain);
  room.store.putDestination({ ...record, settings, sealed: reseal(record.sealed), updatedAt: room.now() });
}
