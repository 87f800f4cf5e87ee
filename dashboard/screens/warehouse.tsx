import { Badge } from "@cloudflare/kumo/components/badge";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { ApiError } from "../api/client.ts";
import { sourcesQuery } from "../api/queries.ts";
import { warehousePath, warehouseQuery, warehousesQuery } from "../api/warehouse-queries.ts";
import type { Warehouse } from "../api/warehouse-types.ts";
import { clip } from "../logic/entry-text.ts";
import { plural } from "../logic/times.ts";
import { DeleteRow } from "../parts/delete-row.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Bar, NotFound } from "../parts/page-states.tsx";
import { Page, Section } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { Connected } from "./warehouses/connected.tsx";
import { LoadingOf } from "./warehouses/loading.tsx";
import { General, Running } from "./warehouses/running.tsx";

/** Fetched while the warehouse is: the page's frame does not wait for it. */
const connection = import("./warehouses/connection.tsx");
const Connection = lazy(() => connection);

const route = getRouteApi("/shell/warehouses/$warehouseId");
const ABOVE = <TextLink href="/warehouses">Warehouses</TextLink>;

/** Does it have my tables? */
export function WarehouseScreen(): ReactNode {
  const { warehouseId } = route.useParams();
  const warehouse = useQuery(warehouseQuery(warehouseId));
  if (warehouse.error instanceof ApiError && warehouse.error.status === 404) return <NotFound />;
  return (
    <Page
      title={clip(warehouse.data?.name ?? "Warehouse")}
      above={ABOVE}
      answer={warehouse.data === undefined ? "Does it have my tables?" : <Answer warehouse={warehouse.data} />}
    >
      <Loaded query={warehouse} failure="The warehouse could not be loaded">
        {(loaded) => <Parts key={loaded.id} warehouse={loaded} />}
      </Loaded>
    </Page>
  );
}

function Answer({ warehouse }: { warehouse: Warehouse }): ReactNode {
  const { metadata, sourceIds, enabled } = warehouse;
  return (
    <>
      {!enabled && <Badge variant="warning">paused</Badge>} {metadata.name}{" "}
      {sourceIds.length === 0 ? (
        "gets no tables: no source is connected."
      ) : (
        <>
          with the tables of {plural(sourceIds.length, "source")}: <LoadingOf warehouse={warehouse} />
        </>
      )}
    </>
  );
}

function Parts({ warehouse }: { warehouse: Warehouse }): ReactNode {
  const sources = useQuery(sourcesQuery);
  return (
    <div className="flex flex-col">
      <Section
        title="Sources"
        help={
          warehouse.metadata.id === "clickhouse"
            ? "Each gets a database of its own, named as its schema."
            : "Each gets a schema of its own."
        }
      >
        <Loaded query={sources} failure="The sources could not be loaded">
          {({ sources: list }) => <Connected warehouse={warehouse} sources={list} />}
        </Loaded>
      </Section>
      <Section title="Connection" help="Used from the next hour that is loaded on.">
        <Suspense fallback={<Bar className="w-60" />}>
          <Connection warehouse={warehouse} />
        </Suspense>
      </Section>
      <Section title="General" help={`${warehouse.metadata.name} · id ${warehouse.id}`}>
        <General warehouse={warehouse} />
      </Section>
      <Section title="Running">
        <Running warehouse={warehouse} />
      </Section>
      <Section title="Remove">
        <Remove warehouse={warehouse} />
      </Section>
    </div>
  );
}

const Remove = ({ warehouse }: { warehouse: Warehouse }): ReactNode => (
  <DeleteRow
    what="warehouse"
    name={warehouse.name}
    effect="It is loaded no more. The tables that are in it stay there, and those in the bucket as well."
    consequence="Its settings are forgotten. Added again, it is loaded from the first published hour on, without doubling rows."
    path={warehousePath(warehouse.id)}
    known={["warehouse", warehouse.id]}
    list={{ page: "/warehouses", queryKey: warehousesQuery.queryKey }}
  />
);
