import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { FunnelIcon, PlusIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { filtersQuery } from "../api/delivery-queries.ts";
import type { Filter } from "../api/delivery-types.ts";
import { destinationQuery, sourcesQuery } from "../api/queries.ts";
import { plural } from "../logic/times.ts";
import { Loaded } from "../parts/loaded.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { FilterRow } from "./filters/filter-row.tsx";

const route = getRouteApi("/shell/destinations/$destinationId/filters");

/** Which events never get there, and what is taken out of the others? */
export function FiltersScreen(): ReactNode {
  const { destinationId } = route.useParams();
  const navigate = route.useNavigate();
  const destination = useQuery(destinationQuery(destinationId));
  const filters = useQuery(filtersQuery(destinationId));
  const sources = useQuery(sourcesQuery);
  const several = (destination.data?.sourceIds.length ?? 0) > 1;
  const button = (
    <Button
      variant="primary"
      icon={PlusIcon}
      onClick={() => void navigate({ to: "/destinations/$destinationId/filters/new", params: { destinationId } })}
    >
      Add a filter
    </Button>
  );
  const nameOf = (id: string): string => sources.data?.sources.find((source) => source.id === id)?.name ?? "…";
  return (
    <Page
      title="Filters"
      answer={
        filters.data === undefined
          ? "Which events never get there, and what is taken out of the others?"
          : answer(filters.data)
      }
      actions={button}
    >
      <Loaded query={filters} failure="The filters could not be loaded">
        {(list) =>
          list.length === 0 ? (
            <Empty
              icon={<FunnelIcon size={40} className="text-kumo-inactive" />}
              title="No filters"
              description="A filter drops events before this destination, sends a share of them, or takes fields out. The archive and other destinations are untouched."
              contents={<OwnersOnly>{button}</OwnersOnly>}
            />
          ) : (
            <>
              <ol className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
                {list.map((filter) => (
                  <FilterRow key={filter.id} filter={filter} source={several ? nameOf(filter.sourceId) : undefined} />
                ))}
              </ol>
              <p className="text-kumo-subtle mt-3 text-sm">
                Shares are drawn first, then events are dropped, then fields removed, then kept, whatever the order
                here.
              </p>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function answer(list: readonly Filter[]): string {
  if (list.length === 0) return "Every event that a mapping wants is sent.";
  const on = list.filter(({ enabled }) => enabled).length;
  if (on === 0) return "None is switched on: every event that a mapping wants is sent.";
  return `${plural(on, "filter")} switched on. What they stop is counted as filtered in Delivery, by name in each trace.`;
}
