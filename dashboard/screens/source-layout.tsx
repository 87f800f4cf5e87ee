import { Badge } from "@cloudflare/kumo/components/badge";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { sourceQuery } from "../api/queries.ts";
import { EnvironmentBadge } from "../parts/labels.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Bar, ErrorCard, NotFound } from "../parts/page-states.tsx";
import { ApiError } from "../api/client.ts";
import { TabLinks } from "../parts/tab-links.tsx";
import { TextLink } from "../parts/text-link.tsx";

const route = getRouteApi("/shell/sources/$sourceId");

const TABS = [
  { label: "Setup", to: "/sources/$sourceId/setup" },
  { label: "Debugger", to: "/sources/$sourceId/debugger" },
  { label: "Archive", to: "/sources/$sourceId/archive" },
  { label: "Exports", to: "/sources/$sourceId/exports" },
  { label: "Settings", to: "/sources/$sourceId/settings" },
] as const;

/** One source: its name and its tabs; the tab's screen below. */
export function SourceLayout(): ReactNode {
  const { sourceId } = route.useParams();
  const source = useQuery(sourceQuery(sourceId));
  if (source.isError && source.data === undefined) {
    if (source.error instanceof ApiError && source.error.status === 404) return <NotFound />;
    return (
      <div className="mx-auto w-full max-w-2xl px-4 py-12">
        <ErrorCard error={source.error} what="The source could not be loaded" retry={() => void source.refetch()} />
      </div>
    );
  }
  return (
    <>
      <header className="bg-kumo-base px-4 pt-4 sm:px-8">
        <nav aria-label="Path" className="text-sm">
          <TextLink href="/sources">Sources</TextLink>
        </nav>
        <div className="mt-1 mb-2 flex min-h-8 flex-wrap items-center gap-2">
          {source.data === undefined ? (
            <Bar className="h-6 w-48" />
          ) : (
            <>
              <p className="max-w-full truncate text-xl font-semibold" title={source.data.name}>
                {source.data.name}
              </p>
              <EnvironmentBadge labels={source.data.labels} />
              {!source.data.enabled && <Badge variant="warning">switched off</Badge>}
              <OwnersOnly>
                <span className="text-sm sm:ml-auto">
                  <TextLink href={`/replays/new?${new URLSearchParams({ source: sourceId })}`}>
                    Send its history again
                  </TextLink>
                </span>
              </OwnersOnly>
            </>
          )}
        </div>
        <TabLinks label="Parts of the source" tabs={TABS} params={{ sourceId }} />
      </header>
      <Outlet />
    </>
  );
}
