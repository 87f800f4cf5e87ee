import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { MagnifyingGlassIcon } from "@phosphor-icons/react";
import { lazy, type ReactNode, Suspense } from "react";
import { canGoOn, type Run } from "../../logic/archive-run.ts";
import { goOnWords } from "../../logic/archive-words.ts";
import { REPLAY_RANGES, type ReplayRangeId } from "../../logic/replay-range.ts";
import { ListSkeleton } from "../../parts/page-states.tsx";
import { HitList } from "./hit-list.tsx";

const HitPanel = lazy(() => import("./hit-panel.tsx"));

interface ResultsProps {
  readonly sourceId: string;
  readonly run: Run;
  /** Whether more than the time was asked for. */
  readonly narrowed: boolean;
  readonly range: ReplayRangeId;
  readonly selected: string | undefined;
  readonly view: string | undefined;
  readonly onSelect: (key: string | undefined) => void;
  readonly onViewChange: (view: string | undefined) => void;
  readonly onGoOn: () => void;
  readonly onClear: () => void;
  readonly onWiden: () => void;
}

/** What was found, one of it close up, and the way to more. */
export function Results(props: ResultsProps): ReactNode {
  const { sourceId, run, selected, view, onSelect, onViewChange, onGoOn } = props;
  const hit = run.hits.find(({ key }) => key === selected);
  const over = run.status !== "running";
  return (
    <>
      {run.hits.length === 0 && !over && <ListSkeleton rows={5} />}
      {run.hits.length === 0 && run.end?.reason === "complete" && <NothingFound {...props} />}
      {(run.hits.length > 0 || (selected !== undefined && over)) && (
        <div className="ring-kumo-hairline bg-kumo-base flex min-h-80 overflow-hidden rounded-lg ring">
          <HitList hits={run.hits} order={run.page.question.order} selected={selected} onSelect={onSelect} />
          {selected !== undefined && (hit !== undefined || over) && (
            <Suspense>
              <HitPanel
                sourceId={sourceId}
                hit={hit}
                view={view}
                onViewChange={onViewChange}
                onClose={() => onSelect(undefined)}
              />
            </Suspense>
          )}
        </div>
      )}
      {canGoOn(run) && run.status !== "cut" && (
        <Button className="self-start" onClick={onGoOn}>
          {goOnWords(run)}
        </Button>
      )}
    </>
  );
}

function NothingFound({ narrowed, range, onClear, onWiden }: ResultsProps): ReactNode {
  const time = REPLAY_RANGES.find(({ id }) => id === range)?.label.toLowerCase();
  const where = range === "all" ? "in the archive" : range === "own" ? "of this time" : `of the ${time}`;
  return (
    <Empty
      icon={<MagnifyingGlassIcon size={40} className="text-kumo-inactive" />}
      title={narrowed ? "No event matches" : "No events"}
      description={
        narrowed
          ? `Every event ${where} was looked at; none meets all of the conditions.`
          : "Nothing was received in that time."
      }
      contents={
        <div className="flex flex-wrap justify-center gap-2">
          {range !== "all" && <Button onClick={onWiden}>Search all of the archive</Button>}
          {narrowed && <Button onClick={onClear}>Clear the conditions</Button>}
        </div>
      }
    />
  );
}
