import { Badge } from "@cloudflare/kumo/components/badge";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../api/client.ts";
import { destinationQuery } from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { shortName } from "../logic/catalogue.ts";
import { Bar, ErrorCard, NotFound } from "../parts/page-states.tsx";
import { TabLinks } from "../parts/tab-links.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { Notices } from "./destination-layout/notices.tsx";

const route = getRouteApi("/shell/destinations/$destinationId");

const TABS = [
  { label: "Delivery", to: "/destinations/$destinationId/delivery" },
  { label: "Dead letters", to: "/destinations/$destinationId/dead-letters" },
  { label: "Mappings", to: "/destinations/$destinationId/mappings" },
  { label: "Filters", to: "/destinations/$destinationId/filters" },
  { label: "Test", to: "/destinations/$destinationId/test" },
  { label: "Settings", to: "/destinations/$destinationId/settings" },
] as const;

/** One destination: its name, its state and its tabs; the tab's screen below. */
export function DestinationLayout(): ReactNode {
  const { destinationId } = route.useParams();
  const destination = useQuery(destinationQuery(destinationId));
  if (destination.isError && destination.data === undefined) {
    if (destination.error instanceof ApiError && destination.error.status === 404) return <NotFound />;
    return (
      <div className="mx-auto w-full max-w-2xl px-4 py-12">
        <ErrorCard
          error={destination.error}
          what="The destination could not be loaded"
          retry={() => void destination.refetch()}
        />
      </div>
    );
  }
  return (
    <>
      <header className="bg-kumo-base px-4 pt-4 sm:px-8">
        <nav aria-label="Path" className="text-sm">
          <TextLink href="/destinations">Destinations</TextLink>
        </nav>
        <div className="mt-1 mb-2 flex min-h-8 flex-wrap items-center gap-2">
          {destination.data === undefined ? <Bar className="h-6 w-48" /> : <Name destination={destination.data} />}
        </div>
        <TabLinks label="Parts of the destination" tabs={TABS} params={{ destinationId }} />
      </header>
      {destination.data !== undefined && <Notices key={destinationId} destination={destination.data} />}
      <Outlet />
    </>
  );
}

const Name = ({ destination: { name, metadata, enabled, paused } }: { destination: Destination }): ReactNode => (
  <>
    <p className="max-w-full truncate text-xl font-semibold" title={name}>
      {name}
    </p>
    {shortName(metadata.name) !== name && <Badge variant="secondary">{shortName(metadata.name)}</Badge>}
    {!enabled && <Badge variant="warning">switched off</Badge>}
    {paused === true && <Badge variant="warning">paused</Badge>}
  </>
);
