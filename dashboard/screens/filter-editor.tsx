import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { filtersQuery } from "../api/delivery-queries.ts";
import { destinationQuery } from "../api/queries.ts";
import { draftOf, newFilter } from "../logic/filter-draft.ts";
import { Loaded } from "../parts/loaded.tsx";
import { NotFound, PageSkeleton } from "../parts/page-states.tsx";

const FilterEditor = lazy(() => import("./filters/editor.tsx"));
const newRoute = getRouteApi("/shell/destinations/$destinationId/filters/new");
const editRoute = getRouteApi("/shell/destinations/$destinationId/filters/$filterId");

/** A filter that does not exist yet. */
export function NewFilter(): ReactNode {
  const { destinationId } = newRoute.useParams();
  const search = newRoute.useSearch();
  const navigate = newRoute.useNavigate();
  const destination = useQuery(destinationQuery(destinationId));
  return (
    <Loaded query={destination} failure="The destination could not be loaded">
      {(data) => (
        <Suspense fallback={<PageSkeleton />}>
          <FilterEditor
            destination={data}
            saved={newFilter(data.sourceIds[0] ?? "")}
            search={search}
            onSearch={(next) => void navigate({ search: next, replace: true, resetScroll: false })}
          />
        </Suspense>
      )}
    </Loaded>
  );
}

/** What does this filter do to the events? */
export function EditFilter(): ReactNode {
  const { destinationId, filterId } = editRoute.useParams();
  const search = editRoute.useSearch();
  const navigate = editRoute.useNavigate();
  const destination = useQuery(destinationQuery(destinationId));
  const filters = useQuery(filtersQuery(destinationId));
  const filter = filters.data?.find(({ id }) => id === filterId);
  if (filters.data !== undefined && filter === undefined) return <NotFound />;
  return (
    <Loaded query={filters} failure="The filter could not be loaded">
      {() => (
        <Loaded query={destination} failure="The destination could not be loaded">
          {(data) =>
            filter !== undefined && (
              <Suspense fallback={<PageSkeleton />}>
                <FilterEditor
                  destination={data}
                  filterId={filterId}
                  saved={draftOf(filter)}
                  search={search}
                  onSearch={(next) => void navigate({ search: next, replace: true, resetScroll: false })}
                />
              </Suspense>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}
