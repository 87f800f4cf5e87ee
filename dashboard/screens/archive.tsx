import { Button } from "@cloudflare/kumo/components/button";
import { DownloadSimpleIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback } from "react";
import { archiveQuery } from "../api/archive-queries.ts";
import type { ArchiveFacts } from "../api/archive-types.ts";
import type { ArchiveSearchParams } from "../logic/archive-params.ts";
import { byteSize } from "../logic/byte-size.ts";
import { keptFor } from "../logic/retention.ts";
import { count } from "../logic/times.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton } from "../parts/page-states.tsx";
import { Page } from "../parts/page.tsx";
import { Segments } from "../parts/segments.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { When } from "../parts/when.tsx";
import { NothingKept } from "./archive/nothing-kept.tsx";

const Days = lazy(() => import("./archive/days.tsx"));
const SearchView = lazy(() => import("./archive/search-view.tsx"));
const DownloadDialog = lazy(() => import("./archive/download-dialog.tsx"));

const route = getRouteApi("/shell/sources/$sourceId/archive");

const VIEWS = [
  ["days", "Days"],
  ["search", "Search"],
] as const;

/** What every part of the screen is given. `push`: the way back leads to what was before. */
export interface ArchivePart {
  readonly sourceId: string;
  readonly facts: ArchiveFacts;
  readonly search: ArchiveSearchParams;
  readonly onChange: (next: ArchiveSearchParams, push?: "push") => void;
}

/** Where is my history? */
export function ArchiveScreen(): ReactNode {
  const { sourceId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const facts = useQuery(archiveQuery(sourceId));
  const onChange = useCallback(
    (next: ArchiveSearchParams, push?: "push") =>
      void navigate({ search: (old) => ({ ...old, ...next }), replace: push === undefined, resetScroll: false }),
    [navigate],
  );
  const view = search.view === "search" ? "search" : "days";
  const empty = facts.data?.events === 0;
  return (
    <Page
      title="Archive"
      wide
      answer={facts.data === undefined ? "Where is my history?" : <Answer sourceId={sourceId} facts={facts.data} />}
      actionsShow
      actions={
        facts.data !== undefined &&
        !empty && (
          <Button icon={<DownloadSimpleIcon aria-hidden />} onClick={() => onChange({ ask: "download" })}>
            Download…
          </Button>
        )
      }
    >
      <Loaded query={facts} failure="The archive could not be looked into" skeleton={<ListSkeleton rows={6} />}>
        {(data) =>
          empty ? (
            <NothingKept sourceId={sourceId} adopting={data.adopting} />
          ) : (
            <div className="flex flex-col gap-5">
              <div>
                <Segments
                  label="What to look at"
                  value={view}
                  choices={VIEWS}
                  onChange={(next) => onChange({ view: next === "days" ? "" : next, entry: "" }, "push")}
                />
              </div>
              <Suspense fallback={<ListSkeleton rows={6} />}>
                {view === "days" ? (
                  <Days sourceId={sourceId} facts={data} search={search} onChange={onChange} />
                ) : (
                  <SearchView sourceId={sourceId} facts={data} search={search} onChange={onChange} />
                )}
              </Suspense>
              {search.ask === "download" && (
                <Suspense>
                  <DownloadDialog sourceId={sourceId} facts={data} search={search} onChange={onChange} />
                </Suspense>
              )}
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

/** How much there is, of which time, and for how long. */
function Answer({ sourceId, facts }: { sourceId: string; facts: ArchiveFacts }): ReactNode {
  const { events, bytes, firstAt, lastAt, retention, adopting } = facts;
  return (
    <>
      {events === 0 ? (
        "No events yet. "
      ) : (
        <>
          <span className="text-kumo-default font-medium">{count(events)}</span> {events === 1 ? "event" : "events"} in{" "}
          {byteSize(bytes)}
          {firstAt !== undefined && lastAt !== undefined && (
            <>
              , from <When at={firstAt} /> to <When at={lastAt} />
            </>
          )}
          {adopting && ", and more: what an earlier version has stored is still being taken in"}.{" "}
        </>
      )}
      Kept {keptFor(retention.days)}
      {retention.from === "workspace" ? ", as the workspace says" : ", by this source’s own rule"}.{" "}
      <span className="whitespace-nowrap">
        <TextLink href={`/sources/${sourceId}/settings#retention`}>Change</TextLink>
      </span>
    </>
  );
}
