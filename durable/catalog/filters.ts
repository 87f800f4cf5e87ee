import { CATALOG_LIMITS, refuse, type DestinationRecord, type Refusal } from "../../src/core/catalog.ts";
import type { FilterInput, FilterPatch, FilterRecord } from "../../src/core/filter-record.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { Room } from "./room.ts";
import { randomId } from "./secrets.ts";

type Answer = Result<FilterRecord, Refusal>;

const NO_DESTINATION = refuse("not_found", "There is no such destination.");
const NOT_FOUND = refuse("not_found", "There is no such filter.");

/** All of a destination, in the order they were made. */
export function listFilters(room: Room, destinationId: string): Result<FilterRecord[], Refusal> {
  const { store } = room;
  return store.destination(destinationId) === undefined ? err(NO_DESTINATION) : ok(store.filters.of(destinationId));
}

export function getFilter(room: Room, destinationId: string, id: string): Answer {
  const { store } = room;
  if (store.destination(destinationId) === undefined) return err(NO_DESTINATION);
  const filter = store.filters.one(destinationId, id);
  return filter === undefined ? err(NOT_FOUND) : ok(filter);
}

/** Why a destination cannot have one more filter for this source. */
function refuseFilter(room: Room, destination: DestinationRecord, sourceId: string): Refusal | undefined {
  if (!destination.sourceIds.includes(sourceId)) {
    return refuse("invalid", "This source is not connected to the destination.", "sourceId");
  }
  const most = CATALOG_LIMITS.filtersPerDestination;
  if (room.store.filters.count(destination.id) < most) return undefined;
  return refuse("conflict", `A destination has at most ${most} filters.`);
}

export function createFilter(room: Room, destinationId: string, input: FilterInput): Answer {
  return room.write(() => {
    const destination = room.store.destination(destinationId);
    if (destination === undefined) return err(NO_DESTINATION);
    const refusal = refuseFilter(room, destination, input.sourceId);
    if (refusal !== undefined) return err(refusal);
    const now = room.now();
    const filter: FilterRecord = { ...input, id: randomId(), destinationId, createdAt: now, updatedAt: now };
    room.store.filters.add(filter);
    return ok(filter);
  });
}

export function updateFilter(room: Room, destinationId: string, id: string, patch: FilterPatch): Answer {
  return room.write(() => {
    const old = getFilter(room, destinationId, id);
    if (!old.ok) return old;
    const { description: oldDescription, ...rest } = old.value;
    const description = patch.description === undefined ? oldDescription : (patch.description ?? undefined);
    const filter: FilterRecord = {
      ...rest,
      title: patch.title ?? rest.title,
      if: patch.if ?? rest.if,
      actions: patch.actions ?? rest.actions,
      enabled: patch.enabled ?? rest.enabled,
      updatedAt: room.now(),
      ...(description === undefined ? {} : { description }),
    };
    room.store.filters.change(filter);
    return ok(filter);
  });
}

export function deleteFilter(room: Room, destinationId: string, id: string): Result<null, Refusal> {
  return room.write(() => {
    const { store } = room;
    if (store.destination(destinationId) === undefined) return err(NO_DESTINATION);
    return store.filters.drop(destinationId, id) ? ok(null) : err(NOT_FOUND);
  });
}
