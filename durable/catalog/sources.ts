import {
  CATALOG_LIMITS,
  refuse,
  type Label,
  type Refusal,
  type SourceInput,
  type SourcePatch,
  type SourceRecord,
  type SourceView,
} from "../../src/core/catalog.ts";
import { PLANS } from "../../src/core/plan.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import { SourceSettings, type SourceSettingsPatch } from "../../src/core/source.ts";
import {
  addWriteKey,
  changeSettings,
  freeSlug,
  mergeSettings,
  removeWriteKey,
  slugFrom,
  viewOfSource,
} from "../../src/core/source-change.ts";
import { forgetSource } from "./destinations.ts";
import type { Room } from "./room.ts";
import { reserveSchema } from "./schemas.ts";
import { randomId, randomSecret } from "./secrets.ts";
import { disconnectSource } from "./warehouses.ts";

type Answer = Result<SourceView, Refusal>;

const NOT_FOUND = refuse("not_found", "There is no such source.");
const slugTaken = (slug: string) => refuse("conflict", `The slug "${slug}" is taken.`, "slug");

/** Who a sealed link key belongs to. */
export const linkKeyOwner = (sourceId: string): string => `source:${sourceId}:linkKey`;

export async function createSource(room: Room, input: SourceInput, writeKey = randomId(32)): Promise<Answer> {
  const id = randomId();
  const sealedLinkKey = await room.sealer.seal(linkKeyOwner(id), randomSecret());
  const { store } = room;
  return room.write(() => {
    if (store.countSources() >= CATALOG_LIMITS.sources) {
      return err(refuse("conflict", `A workspace has at most ${CATALOG_LIMITS.sources} sources.`));
    }
    const taken = (slug: string) => store.sourceWithSlug(slug) !== undefined;
    if (input.slug !== undefined && taken(input.slug)) return err(slugTaken(input.slug));
    const now = room.now();
    const source: SourceRecord = {
      id,
      slug: input.slug ?? freeSlug(slugFrom(input.name), taken),
      name: input.name,
      enabled: input.enabled,
      kind: input.kind,
      labels: input.labels,
      writeKeys: [{ key: writeKey, createdAt: now }],
      settings: mergeSettings(mergeSettings(SourceSettings.parse({}), PLANS[room.plan].newSource), input.settings),
      epoch: 1,
      sealedLinkKey,
      createdAt: now,
      updatedAt: now,
    };
    const reserved = reserveSchema(store.schemas, source);
    if (!reserved.ok) return reserved;
    store.putSource(source);
    return ok(viewOfSource(source, now));
  });
}

/** Reads one source, lets `change` decide, and stores what it made of it, in one transaction. */
function edit(
  room: Room,
  id: string,
  change: (source: SourceRecord, now: number) => Result<SourceRecord, Refusal>,
): Answer {
  return room.write(() => {
    const source = room.store.source(id);
    if (source === undefined) return err(NOT_FOUND);
    const now = room.now();
    const changed = change(source, now);
    if (!changed.ok) return changed;
    const reserved = reserveSchema(room.store.schemas, changed.value);
    if (!reserved.ok) return reserved;
    room.store.putSource(changed.value);
    return ok(viewOfSource(changed.value, now));
  });
}

export const updateSource = (room: Room, id: string, patch: SourcePatch): Answer =>
  edit(room, id, (source, now) => {
    const other = patch.slug === undefined ? undefined : room.store.sourceWithSlug(patch.slug);
    if (other !== undefined && other.id !== id) return err(slugTaken(other.slug));
    const changed = patch.settings === undefined ? ok(source) : changeSettings(source, patch.settings, now);
    if (!changed.ok) return changed;
    return ok({
      ...changed.value,
      name: patch.name ?? source.name,
      slug: patch.slug ?? source.slug,
      enabled: patch.enabled ?? source.enabled,
      kind: patch.kind ?? source.kind,
      updatedAt: now,
    });
  });

export const updateSettings = (room: Room, id: string, patch: SourceSettingsPatch): Answer =>
  edit(room, id, (source, now) => changeSettings(source, patch, now));

/** `replace`: exactly `labels`; otherwise they are added, a key that exists gets the new value. */
export const setLabels = (room: Room, id: string, labels: readonly Label[], replace: boolean): Answer =>
  edit(room, id, (source, now) => {
    const kept = replace ? [] : source.labels.filter((old) => !labels.some((label) => label.key === old.key));
    const merged = [...kept, ...labels];
    if (merged.length > 20) return err(refuse("conflict", "A source has at most 20 labels.", "labels"));
    return ok({ ...source, labels: merged, updatedAt: now });
  });

export const rotateWriteKey = (room: Room, id: string, expireOthersAfterHours: number | undefined): Answer =>
  edit(room, id, (source, now) => addWriteKey(source, randomId(32), expireOthersAfterHours, now));

export const endWriteKey = (room: Room, id: string, key: string): Answer =>
  edit(room, id, (source, now) => removeWriteKey(source, key, now));

/** With the destinations that have no other source, whose ids are the answer. */
export function deleteSource(room: Room, id: string): Result<string[], Refusal> {
  return room.write(() => {
    if (room.store.source(id) === undefined) return err(NOT_FOUND);
    const gone = forgetSource(room.store, id);
    disconnectSource(room.store, id);
    room.store.schemas.free(id);
    room.store.dropSource(id);
    return ok(gone);
  });
}

export function getSource(room: Room, id: string): Answer {
  const source = room.store.source(id);
  return source === undefined ? err(NOT_FOUND) : ok(viewOfSource(source, room.now()));
}

export const listSources = (room: Room): SourceView[] =>
  room.store.sources().map((source) => viewOfSource(source, room.now()));
