import { useQuery } from "@tanstack/react-query";
import { destinationsQuery, sourcesQuery } from "../api/queries.ts";
import { clip } from "../logic/entry-text.ts";
import { plural } from "../logic/times.ts";

/** Characters of a name in a sentence. */
const NAME_CHARS = 60;

interface Names {
  readonly sourceName: (id: string) => string;
  readonly destinationName: (id: string) => string;
  /** "Shop and 2 others"; "–" of none. */
  readonly sourceNames: (ids: readonly string[]) => string;
  readonly destinationNames: (ids: readonly string[]) => string;
}

/** What sources and destinations are called, by their ids. */
export function useNames(): Names {
  const sources = useQuery(sourcesQuery);
  const destinations = useQuery(destinationsQuery);
  const sourceName = (id: string): string => nameIn(sources.data?.sources, id, "a deleted source");
  const destinationName = (id: string): string => nameIn(destinations.data, id, "a deleted destination");
  return {
    sourceName,
    destinationName,
    sourceNames: (ids) => firstOf(ids, sourceName),
    destinationNames: (ids) => firstOf(ids, destinationName),
  };
}

const firstOf = ([first, ...others]: readonly string[], nameOf: (id: string) => string): string =>
  first === undefined ? "–" : `${nameOf(first)}${others.length > 0 ? ` and ${plural(others.length, "other")}` : ""}`;

function nameIn(list: readonly { id: string; name: string }[] | undefined, id: string, gone: string): string {
  if (list === undefined) return "…";
  const name = list.find((one) => one.id === id)?.name;
  return name === undefined ? gone : clip(name, NAME_CHARS);
}
