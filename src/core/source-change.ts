import { CATALOG_LIMITS, refuse, type Refusal, type SourceRecord, type SourceView, type WriteKey } from "./catalog.ts";
import { HOUR_MS } from "./durations.ts";
import { err, ok, type Result } from "./result.ts";
import { SourceSettings, type SourceSettingsPatch } from "./source.ts";

/** Lower-case ASCII of `name`, fit for a slug: accents fall away, everything else becomes one dash. */
export function slugFrom(name: string): string {
  const ascii = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return (
    ascii
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, 60)
      .replace(/^-+|-+$/g, "") || "source"
  );
}

/** `wanted`, or `wanted-2`, `wanted-3`… until `taken` has nothing against it. */
export function freeSlug(wanted: string, taken: (slug: string) => boolean, dash = "-"): string {
  let slug = wanted;
  for (let n = 2; taken(slug); n++) slug = `${wanted}${dash}${n}`;
  return slug;
}

/** `settings` with what `patch` names replaced, one level deep. */
export function mergeSettings(settings: SourceSettings, patch: SourceSettingsPatch): SourceSettings {
  return SourceSettings.parse({
    ...settings,
    ...patch,
    batching: { ...settings.batching, ...patch.batching },
    drain: { ...settings.drain, ...patch.drain },
    archive: { ...settings.archive, ...patch.archive },
    exports: { ...settings.exports, ...patch.exports },
  });
}

/**
 * A previous layout that is still consulted follows a change of the dedup window, down as well as up: one window
 * after the shard count changed no id of it can be within the window any more. (A longer window takes in what is
 * remembered at that moment; a shorter one forgets at once. Both hold for ids that have not moved, too.)
 */
function previousFor(source: SourceRecord, settings: SourceSettings, now: number): Pick<SourceRecord, "previous"> {
  const { previous } = source;
  if (previous === undefined || previous.until <= now) return {};
  const longerBy = (settings.dedupWindowHours - source.settings.dedupWindowHours) * HOUR_MS;
  return { previous: { ...previous, until: previous.until + longerBy } };
}

/**
 * Applies `patch`. A new shard count starts a new epoch, and the old layout is consulted for one dedup window
 * (the longer one when the window changes too). A second change within that window is refused: only one
 * previous layout is consulted, so ids of the one before it would be forgotten.
 */
export function changeSettings(
  source: SourceRecord,
  patch: SourceSettingsPatch,
  now: number,
): Result<SourceRecord, Refusal> {
  const settings = mergeSettings(source.settings, patch);
  if (settings.shards === source.settings.shards) {
    return ok({ ...source, ...previousFor(source, settings, now), settings, updatedAt: now });
  }
  if (source.previous !== undefined && source.previous.until > now) {
    const until = new Date(source.previous.until).toISOString();
    return err(refuse("conflict", `The shard count can be changed again after ${until}.`, "shards"));
  }
  const windowHours = Math.max(settings.dedupWindowHours, source.settings.dedupWindowHours);
  const previous = { shards: source.settings.shards, until: now + windowHours * HOUR_MS };
  return ok({ ...source, settings, epoch: source.epoch + 1, previous, updatedAt: now });
}

const isAlive = (key: WriteKey, now: number): boolean => key.expiresAt === undefined || key.expiresAt > now;

/** The keys that are valid at `now`, in their order: the newest first. */
export const liveKeys = (keys: readonly WriteKey[], now: number): WriteKey[] => keys.filter((key) => isAlive(key, now));

/**
 * Puts `key` first. With `expireOthersAfterHours` the others end after that overlap (0: at once), never later
 * than they already would. Keys that have ended are forgotten.
 */
export function addWriteKey(
  source: SourceRecord,
  key: string,
  expireOthersAfterHours: number | undefined,
  now: number,
): Result<SourceRecord, Refusal> {
  const limit = expireOthersAfterHours === undefined ? undefined : now + Math.round(expireOthersAfterHours * HOUR_MS);
  const others = liveKeys(source.writeKeys, now).map((other) =>
    limit === undefined ? other : { ...other, expiresAt: Math.min(limit, other.expiresAt ?? limit) },
  );
  const writeKeys = [{ key, createdAt: now }, ...liveKeys(others, now)];
  if (writeKeys.length > CATALOG_LIMITS.writeKeysPerSource) {
    return err(refuse("conflict", `A source has at most ${CATALOG_LIMITS.writeKeysPerSource} write keys.`));
  }
  return ok({ ...source, writeKeys, updatedAt: now });
}

/** Ends `key` now. The last key that would still be valid stays: a source without one could receive nothing. */
export function removeWriteKey(source: SourceRecord, key: string, now: number): Result<SourceRecord, Refusal> {
  const alive = liveKeys(source.writeKeys, now);
  if (!alive.some((candidate) => candidate.key === key)) {
    return err(refuse("not_found", "The source has no such write key."));
  }
  const writeKeys = alive.filter((candidate) => candidate.key !== key);
  if (!writeKeys.some((candidate) => candidate.expiresAt === undefined)) {
    return err(refuse("conflict", "This is the last write key that stays valid; add another one first."));
  }
  return ok({ ...source, writeKeys, updatedAt: now });
}

/** The record without what must stay inside the Catalog and without keys that have ended. */
export function viewOfSource(source: SourceRecord, now: number): SourceView {
  const { sealedLinkKey: _sealed, ...view } = source;
  return { ...view, writeKeys: liveKeys(source.writeKeys, now) };
}
