import { useQuery } from "@tanstack/react-query";
import { destinationsQuery, sourcesQuery } from "../api/queries.ts";
import { clip } from "../logic/entry-text.ts";

/** Characters of a name in a sentence. */
const NAME_CHARS = 60;

interface Names {
  readonly sourceName: (id: string) => string;
  readonly destinationName: (id: string) => string;
}

/** What sources and destinations are called, by their ids. */
export function useNames(): Names {
  const sources = useQuery(sourcesQuery);
  const destinations = useQuery(destinationsQuery);
  return {
    sourceName: (id) => nameIn(sources.data?.sources, id, "a deleted source"),
    destinationName: (id) => nameIn(destinations.data, id, "a deleted destination"),
  };
}

function nameIn(list: readonly { id: string; name: string }[] | undefined, id: string, gone: string): string {
  if (list === undefined) return "…";
  const name = list.find((one) => one.id === id)?.name;
  return name === undefined ? gone : clip(name, NAME_CHARS);
}
