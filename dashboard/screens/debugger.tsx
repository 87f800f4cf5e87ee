import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { filterOf, isFiltered } from "../logic/filters.ts";
import { useLiveList } from "../live/use-live-list.ts";
import { useListKeys } from "../parts/use-list-keys.ts";
import { EntryList } from "./debugger/entry-list.tsx";
import { LiveBar } from "./debugger/live-bar.tsx";
import { Filters } from "./debugger/filters.tsx";

const EntryPanel = lazy(() => import("./debugger/entry-panel.tsx"));
const route = getRouteApi("/shell/sources/$sourceId/debugger");
export type DebuggerSearch = ReturnType<typeof route.useSearch>;

/** What arrives right now? */
export function DebuggerScreen(): ReactNode {
  const { sourceId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [paused, setPaused] = useState(false);
  const [held, setHeld] = useState(false);
  const searchBox = useRef<HTMLInputElement>(null);
  const { q, type, event, status } = search;
  const filter = useMemo(() => filterOf({ q, type, event, status }), [q, type, event, status]);
  const live = useLiveList({ sourceId, filter, paused, held });
  const change = useCallback(
    (next: Partial<DebuggerSearch>) =>
      void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false }),
    [navigate],
  );
  const select = useCallback((seq: number | undefined) => change({ entry: seq?.toString() }), [change]);
  const selected = live.list.shown.find((entry) => String(entry.seq) === search.entry);
  const rows = useMemo(() => live.list.shown.map(({ seq }) => seq), [live.list.shown]);
  useListKeys({ rows, selected: selected?.seq, select, searchBox });
  return (
    <div className="flex min-h-112 flex-1 flex-col">
      <title>Debugger · Inlet</title>
      <LiveBar live={live} filtered={isFiltered(filter)} paused={paused} onPausedChange={setPaused} />
      <Filters search={search} onChange={change} searchBox={searchBox} />
      <div className="border-kumo-hairline flex min-h-0 flex-1 border-t">
        <EntryList
          sourceId={sourceId}
          live={live}
          filter={filter}
          selected={selected?.seq}
          narrow={search.entry !== undefined}
          onSelect={select}
          onHeldChange={setHeld}
          onClearFilter={() => change({ q: undefined, type: undefined, event: undefined, status: undefined })}
        />
        {search.entry !== undefined && live.list.loaded && (
          <Suspense>
            <EntryPanel
              sourceId={sourceId}
              entry={selected}
              view={search.view}
              onViewChange={(view) => change({ view })}
              onClose={() => select(undefined)}
            />
          </Suspense>
        )}
      </div>
    </div>
  );
}
