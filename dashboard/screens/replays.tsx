import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { ClockCounterClockwiseIcon, PlusIcon } from "@phosphor-icons/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { destinationsQuery, sourcesQuery } from "../api/queries.ts";
import { replaysQuery } from "../api/replay-queries.ts";
import { clip } from "../logic/entry-text.ts";
import { replaysAnswer } from "../logic/replay-answers.ts";
import { Choice } from "../parts/choice.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { ReplayList } from "./replays/replay-list.tsx";

const route = getRouteApi("/shell/replays");
type Search = ReturnType<typeof route.useSearch>;

/** What was sent again, and how far is it? */
export function Replays(): ReactNode {
  const search = route.useSearch();
  const change = useChange();
  const navigate = useNavigate();
  const replays = useInfiniteQuery(replaysQuery({ sourceId: search.source, destinationId: search.destination }));
  const list = replays.data?.pages.flatMap(({ items }) => items) ?? [];
  const filtered = search.source !== undefined || search.destination !== undefined;
  const add = (): void => void navigate({ to: "/replays/new", search });
  return (
    <Page
      title="Replays"
      answer={
        replays.data === undefined
          ? "What was sent again, and how far is it?"
          : replaysAnswer(list, replays.hasNextPage)
      }
      actions={
        <Button variant="primary" icon={PlusIcon} onClick={add}>
          New replay
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        {(list.length > 0 || filtered) && <Criteria search={search} onChange={change} />}
        <Loaded query={replays} failure="The replays could not be loaded">
          {() =>
            list.length === 0 ? (
              <Nothing filtered={filtered} onClear={() => change({ source: "", destination: "" })} onAdd={add} />
            ) : (
              <>
                <ReplayList replays={list} />
                {replays.hasNextPage && (
                  <Button
                    className="self-start"
                    loading={replays.isFetchingNextPage}
                    onClick={() => void replays.fetchNextPage()}
                  >
                    Show older ones
                  </Button>
                )}
              </>
            )
          }
        </Loaded>
      </div>
    </Page>
  );
}

function useChange(): (next: Search) => void {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (next) => void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
}

function Criteria({ search, onChange }: { search: Search; onChange: (next: Search) => void }): ReactNode {
  const sources = useQuery(sourcesQuery).data?.sources ?? [];
  const destinations = useQuery(destinationsQuery).data ?? [];
  return (
    <div className="grid gap-3 sm:max-w-2xl sm:grid-cols-2">
      <Choice
        label="Source"
        value={search.source ?? ""}
        choices={choices("All sources", "A deleted source", search.source, sources)}
        onChange={(source) => onChange({ source })}
      />
      <Choice
        label="Destination"
        value={search.destination ?? ""}
        choices={choices("All destinations", "A deleted destination", search.destination, destinations)}
        onChange={(destination) => onChange({ destination })}
      />
    </div>
  );
}

const choices = (
  all: string,
  gone: string,
  chosen: string | undefined,
  list: readonly { id: string; name: string }[],
): readonly (readonly [string, string])[] => [
  ["", all],
  ...list.map(({ id, name }) => [id, clip(name, 80)] as const),
  ...(chosen !== undefined && !list.some(({ id }) => id === chosen) ? [[chosen, gone] as const] : []),
];

interface NothingProps {
  readonly filtered: boolean;
  readonly onClear: () => void;
  readonly onAdd: () => void;
}

const Nothing = ({ filtered, onClear, onAdd }: NothingProps): ReactNode => (
  <Empty
    icon={<ClockCounterClockwiseIcon size={40} className="text-kumo-inactive" />}
    title={filtered ? "None of these" : "No replays yet"}
    description={
      filtered
        ? "No replay is of this source and this destination."
        : "A replay sends events of the archive to destinations again: those of a new tool’s first months, or of a day on which something was wrong. A dry run counts first; nothing is sent before you start it."
    }
    contents={
      filtered ? (
        <Button onClick={onClear}>Show all</Button>
      ) : (
        <OwnersOnly>
          <Button variant="primary" onClick={onAdd}>
            Prepare a replay
          </Button>
        </OwnersOnly>
      )
    }
  />
);
