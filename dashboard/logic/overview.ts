import type { Source, WorkspaceVolume } from "../api/types.ts";

export interface Totals {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  /** ms, of the newest event of any source. */
  readonly lastEventAt: number | undefined;
}

const NONE = { accepted: 0, duplicate: 0, refused: 0, lastEventAt: null, series: [] };

/** One source's day; zeros for a source that has not been heard of. */
export const volumeOf = (volume: WorkspaceVolume | undefined, sourceId: string): WorkspaceVolume["sources"][string] =>
  volume?.sources[sourceId] ?? NONE;

/** All sources' day in one. */
export function totalsOf(volume: WorkspaceVolume): Totals {
  const totals = { accepted: 0, duplicate: 0, refused: 0, lastEventAt: undefined as number | undefined };
  for (const source of Object.values(volume.sources)) {
    totals.accepted += source.accepted;
    totals.duplicate += source.duplicate;
    totals.refused += source.refused;
    const last = source.lastEventAt === null ? Number.NaN : Date.parse(source.lastEventAt);
    if (last > (totals.lastEventAt ?? Number.NEGATIVE_INFINITY)) totals.lastEventAt = last;
  }
  return totals;
}

/** Sources that somebody set up, as opposed to the seeded demo. */
export const ownSources = (sources: readonly Source[]): readonly Source[] =>
  sources.filter((source) => source.kind !== "demo");

/** Has anything but the demo ever been heard? */
export const hasRealEvents = (sources: readonly Source[], volume: WorkspaceVolume): boolean =>
  ownSources(sources).some((source) => volumeOf(volume, source.id).lastEventAt !== null);
