import type { Destination } from "./destination.ts";
import { loadCatalogued, loadOwn } from "./engine/open.ts";
import { OWN_KINDS } from "./own/index.ts";

/** Destinations of this isolate by metadataId: their code is evaluated when the first event or question needs it. */
const known = new Map<string, Promise<Destination | undefined>>();

function load(metadataId: string): Promise<Destination | undefined> {
  const own = OWN_KINDS.find(({ kind }) => kind.id === metadataId);
  return own === undefined ? loadCatalogued(metadataId) : loadOwn(own);
}

/**
 * The destination behind a metadataId, ours or the catalogue's; undefined when there is none. Rejects when its code
 * cannot be evaluated; the next question tries again.
 */
export function findDestination(metadataId: string): Promise<Destination | undefined> {
  const asked = known.get(metadataId);
  if (asked !== undefined) return asked;
  const loading = load(metadataId);
  known.set(metadataId, loading);
  loading.catch(() => known.delete(metadataId));
  return loading;
}
