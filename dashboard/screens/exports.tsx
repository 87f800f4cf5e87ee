import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { exportsQuery } from "../api/export-queries.ts";
import type { ExportState } from "../api/export-types.ts";
import { exportAnswer } from "../logic/exports.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton } from "../parts/page-states.tsx";
import { Page } from "../parts/page.tsx";
import { Segments } from "../parts/segments.tsx";
import { Sideways } from "../parts/sideways.tsx";
import { When } from "../parts/when.tsx";
import { Actions } from "./exports/actions.tsx";
import { Standing } from "./exports/standing.tsx";

const Tables = lazy(() => import("./exports/tables.tsx"));
const TableDetail = lazy(() => import("./exports/table-detail.tsx"));
const Hours = lazy(() => import("./exports/hours.tsx"));
const History = lazy(() => import("./exports/history.tsx"));
const Statements = lazy(() => import("./exports/statements.tsx"));
const ExportRules = lazy(() => import("./exports/rules.tsx"));
const Rebuild = lazy(() => import("./exports/rebuild-dialog.tsx"));

const route = getRouteApi("/shell/sources/$sourceId/exports");
export type ExportsSearch = ReturnType<typeof route.useSearch>;

const VIEWS = [
  ["tables", "Tables"],
  ["hours", "Hours"],
  ["history", "History"],
  ["query", "Query"],
  ["settings", "Settings"],
] as const;
type View = (typeof VIEWS)[number][0];

const viewOf = (view: string | undefined): View => VIEWS.find(([id]) => id === view)?.[0] ?? "tables";

/** Where is my history, and is it up to date? */
export function ExportsScreen(): ReactNode {
  const { sourceId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = useQuery(exportsQuery(sourceId));
  const change = (next: ExportsSearch): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const view = viewOf(search.view);
  return (
    <Page
      title="Exports"
      answer={state.data === undefined ? "Where is my history, and is it up to date?" : <Answer state={state.data} />}
      actions={
        state.data !== undefined && (
          <Actions sourceId={sourceId} state={state.data} onRebuild={() => change({ ask: "rebuild" })} />
        )
      }
    >
      <Loaded query={state} failure="The state of the exports could not be loaded" skeleton={<ListSkeleton rows={6} />}>
        {(data) => (
          <div className="flex flex-col gap-5">
            <Standing sourceId={sourceId} state={data} />
            <Sideways pressed={view}>
              <Segments
                label="What to look at"
                value={view}
                choices={VIEWS}
                onChange={(id) => void navigate({ search: { view: id === "tables" ? "" : id } })}
              />
            </Sideways>
            <Suspense fallback={<ListSkeleton rows={6} />}>
              {view === "tables" && search.table === undefined && (
                <Tables sourceId={sourceId} state={data} search={search} onChange={change} />
              )}
              {view === "tables" && search.table !== undefined && (
                <TableDetail sourceId={sourceId} state={data} name={search.table} search={search} onChange={change} />
              )}
              {view === "hours" && <Hours sourceId={sourceId} state={data} search={search} onChange={change} />}
              {view === "history" && <History sourceId={sourceId} state={data} search={search} onChange={change} />}
              {view === "query" && <Statements sourceId={sourceId} state={data} search={search} onChange={change} />}
              {view === "settings" && <ExportRules sourceId={sourceId} schema={data.schema} />}
            </Suspense>
            {search.ask === "rebuild" && (
              <Suspense>
                <Rebuild sourceId={sourceId} search={search} onClose={() => change({ ask: "", from: "", to: "" })} />
              </Suspense>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** What every part of the screen is given. */
export interface ExportsPart {
  readonly sourceId: string;
  readonly state: ExportState;
  readonly search: ExportsSearch;
  readonly onChange: (next: ExportsSearch) => void;
}

function Answer({ state }: { state: ExportState }): ReactNode {
  const { before, at, after = "" } = exportAnswer(state);
  return (
    <>
      {before}
      {at !== undefined && (
        <>
          {" "}
          <When at={at} />
          {after}
        </>
      )}
    </>
  );
}
