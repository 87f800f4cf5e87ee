import type { Destination } from "./destination.ts";
import { loadCatalogued, loadOwn } from "./engine/open.ts";
import { OWN_KINDS } from "./own/index.ts";

type LoadDestination = (metadataId: string) => Promise<Destination | undefined>;

/** As `load`, whose answers are kept for as long as the isolate lives; what it could not load it is asked for again. */
export function loadOnce(load: LoadDestination): LoadDestination {
  const known = new Map<string, Promise<Destination | undefined>>();
  return (metadataId) => {
    const asked = known.get(metadataId);
    if (asked !== undefined) return asked;
    const loading = load(metadataId);
    known.set(metadataId, loading);
    loading.catch(() => known.delete(metadataId));
    return loading;
  };
}

/**
 * The destination behind a metadataId, ours or the catalogue's; undefined when there is none. Its code is evaluated when
 * the first event or question needs it. Rejects when it cannot be; the next question tries again.
 */
export const findDestination = loadOnce((metadataId) => {
  const own = OWN_KINDS.find(({ kind }) => kind.id === metadataId);
  return own === undefined ? loadCatalogued(metadataId) : loadOwn(own);
});
