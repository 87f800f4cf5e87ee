import {
  CATALOG_LIMITS,
  refuse,
  type DestinationInput,
  type DestinationPatch,
  type DestinationRecord,
  type DestinationView,
  type OpenDestination,
  type Refusal,
  type SettingValue,
} from "../../src/core/catalog.ts";
import { compileDestination } from "../../src/core/directory.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { Room } from "./room.ts";
import { randomId } from "./secrets.ts";

type Answer = Result<DestinationView, Refusal>;

const NOT_FOUND = refuse("not_found", "There is no such destination.");
const secretOwner = (id: string, field: string): string => `destination:${id}:${field}`;

function viewOf(record: DestinationRecord): DestinationView {
  const { sealed, ...view } = record;
  return { ...view, secrets: Object.fromEntries(Object.keys(sealed).map((field) => [field, true])) };
}

/** Sealed texts of the fields that got a value, and the names of the cleared ones. */
async function sealAll(room: Room, id: string, secrets: Readonly<Record<string, string | null>>) {
  const sealed: Record<string, string> = {};
  const cleared: string[] = [];
  for (const [field, value] of Object.entries(secrets)) {
    if (value === null) cleared.push(field);
    else sealed[field] = await room.sealer.seal(secretOwner(id, field), value);
  }
  return { sealed, cleared };
}

export async function createDestination(room: Room, input: DestinationInput): Promise<Answer> {
  const id = randomId();
  const { sealed } = await sealAll(room, id, input.secrets);
  const { store } = room;
  return room.write(() => {
    if (store.source(input.sourceId) === undefined) {
      return err(refuse("invalid", "There is no such source.", "sourceId"));
    }
    if (store.countDestinations() >= CATALOG_LIMITS.destinations) {
      return err(refuse("conflict", `A workspace has at most ${CATALOG_LIMITS.destinations} destinations.`));
    }
    const now = room.now();
    const { secrets: _plain, ...rest } = input;
    const record: DestinationRecord = {
      ...rest,
      id,
      settings: { ...rest.settings },
      sealed,
      createdAt: now,
      updatedAt: now,
    };
    store.putDestination(record);
    return ok(viewOf(record));
  });
}

/** `settings`, when given, replaces the plain ones; of the secrets only those that are named change. */
export async function updateDestination(room: Room, id: string, patch: DestinationPatch): Promise<Answer> {
  const { sealed, cleared } = await sealAll(room, id, patch.secrets ?? {});
  return room.write(() => {
    const old = room.store.destination(id);
    if (old === undefined) return err(NOT_FOUND);
    const kept = Object.entries({ ...old.sealed, ...sealed }).filter(([field]) => !cleared.includes(field));
    const record: DestinationRecord = {
      ...old,
      name: patch.name ?? old.name,
      enabled: patch.enabled ?? old.enabled,
      settings: { ...(patch.settings ?? old.settings) },
      sealed: Object.fromEntries(kept),
      updatedAt: room.now(),
    };
    room.store.putDestination(record);
    return ok(viewOf(record));
  });
}

export function deleteDestination(room: Room, id: string): Result<null, Refusal> {
  return room.write(() => {
    if (room.store.destination(id) === undefined) return err(NOT_FOUND);
    room.store.dropDestination(id);
    return ok(null);
  });
}

export function getDestination(room: Room, id: string): Answer {
  const record = room.store.destination(id);
  return record === undefined ? err(NOT_FOUND) : ok(viewOf(record));
}

export const listDestinations = (room: Room): DestinationView[] => room.store.destinations().map(viewOf);

/** The destination with its secrets opened, for the delivery consumer only; `null` when it does not exist (any more). */
export async function openDestination(room: Room, id: string): Promise<OpenDestination | null> {
  const record = room.store.destination(id);
  if (record === undefined) return null;
  const settings: Record<string, SettingValue> = { ...record.settings };
  const unreadable: string[] = [];
  for (const [field, sealed] of Object.entries(record.sealed)) {
    const plain = await room.sealer.open(secretOwner(id, field), sealed);
    if (plain === undefined) unreadable.push(field);
    else settings[field] = plain;
  }
  return { destination: compileDestination(record), settings, unreadable };
}
