import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { filterPath, filtersQuery } from "../../api/delivery-queries.ts";
import type { Filter } from "../../api/delivery-types.ts";
import { queryClient } from "../../api/queries.ts";
import { filterWords } from "../../logic/filter-draft.ts";
import { SwitchedRow } from "../../parts/switched-row.tsx";

interface FilterRowProps {
  readonly filter: Filter;
  /** Named where the destination has several sources. */
  readonly source: string | undefined;
}

/** One filter: whether it is on, what it is called, and what it does. */
export function FilterRow({ filter, source }: FilterRowProps): ReactNode {
  const { id, destinationId, title, enabled } = filter;
  const path = filterPath(destinationId, id);
  const refresh = (): Promise<void> =>
    queryClient.invalidateQueries({ queryKey: filtersQuery(destinationId).queryKey });
  return (
    <SwitchedRow
      name={title}
      enabled={enabled}
      href={`/destinations/${destinationId}/filters/${id}`}
      what="filter"
      consequence="Events that it stopped are sent from now on, and fields that it took out are left in."
      onSwitch={(on) => api("PATCH", path, { enabled: on }).then(refresh)}
      onDelete={() => api("DELETE", path).then(refresh)}
    >
      {filterWords(filter)}
      {source !== undefined && <span className="text-kumo-subtle"> · events of {source}</span>}
    </SwitchedRow>
  );
}
