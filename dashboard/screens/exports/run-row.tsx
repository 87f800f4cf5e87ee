import { CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { ExportRun } from "../../api/export-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { errorAdvice, errorSentence, newColumnsOf, newWords } from "../../logic/export-words.ts";
import { elapsed, plural } from "../../logic/times.ts";
import { HourLabel } from "../../parts/hour-label.tsx";
import { RunWord } from "../../parts/run-words.tsx";
import { When } from "../../parts/when.tsx";
import { NoticeList } from "./notice-list.tsx";

interface RunRowProps {
  readonly run: ExportRun;
  readonly sourceId: string;
  /** What it filled. */
  readonly what: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** One run; opens to what it has to say, when it has anything to say. */
export function RunRow({ run, sourceId, what, isOpen, onToggle }: RunRowProps): ReactNode {
  const more = run.notices.length > 0 || run.newColumns.length > 0 || run.error !== undefined;
  return (
    <li className="border-kumo-hairline border-b last:border-b-0">
      <button
        type="button"
        aria-expanded={more ? isOpen : undefined}
        disabled={!more}
        onClick={onToggle}
        className="enabled:hover:bg-kumo-tint grid w-full grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-3 text-left enabled:cursor-pointer"
      >
        {more ? isOpen ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden /> : <span />}
        <span className="flex min-w-0 flex-col gap-0.5">
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <RunWord status={run.status} />
            <bdi className="min-w-0 font-medium wrap-anywhere">{what}</bdi>
            <span className="text-kumo-subtle text-sm">
              hour <HourLabel at={run.hour} />, version {run.version}
            </span>
          </span>
          <Summary run={run} />
        </span>
        <span className="text-right text-sm">
          <span className="block font-medium tabular-nums">{plural(run.rows, "row")}</span>
          <span className="text-kumo-subtle">
            <When at={run.finishedAt ?? run.startedAt} />
          </span>
        </span>
      </button>
      {isOpen && more && <Detail run={run} sourceId={sourceId} />}
    </li>
  );
}

/** What is to be found inside, in one line. */
function Summary({ run: { newColumns, notices, error } }: { run: ExportRun }): ReactNode {
  const lost = notices.filter((notice) => notice.lost).length;
  const parts = [
    lost > 0 ? `something lost in ${plural(lost, "place")}` : "",
    notices.length > lost ? plural(notices.length - lost, "note") : "",
    newWords(newColumns),
  ].filter((part) => part !== "");
  if (error === undefined && parts.length === 0) return null;
  return (
    <span className="text-kumo-subtle truncate text-sm">
      {error === undefined ? parts.join(" · ") : <bdi>{clip(error, 160)}</bdi>}
    </span>
  );
}

function Detail({ run, sourceId }: { run: ExportRun; sourceId: string }): ReactNode {
  const { startedAt, finishedAt, error, newColumns, notices } = run;
  return (
    <div className="border-kumo-hairline flex flex-col gap-4 border-t px-4 py-4 sm:pl-11">
      {error !== undefined && (
        <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[7rem_minmax(0,1fr)]">
          <dt className="text-kumo-subtle">What it said</dt>
          <dd className="wrap-anywhere">
            <bdi>{errorSentence(error, 600)}</bdi>
          </dd>
          <dt className="text-kumo-subtle">What to do</dt>
          <dd>{errorAdvice(run)}</dd>
        </dl>
      )}
      {notices.length > 0 && (
        <div>
          <NoticeList notices={notices} sourceId={sourceId} />
        </div>
      )}
      {newColumns.length > 0 && <NewColumnList names={newColumns} />}
      {finishedAt !== undefined && (
        <p className="text-kumo-subtle text-sm">Took {elapsed(Date.parse(finishedAt) - Date.parse(startedAt))}.</p>
      )}
    </div>
  );
}

/** New tables by name only: all of their columns are new. */
function NewColumnList({ names }: { names: readonly string[] }): ReactNode {
  const all = newColumnsOf(names);
  const made = all.filter(({ isNew }) => isNew).map(({ table }) => table);
  return (
    <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[7rem_minmax(0,1fr)]">
      {made.length > 0 && (
        <>
          <dt className="text-kumo-subtle">New tables</dt>
          <dd className="font-mono wrap-anywhere">{made.join(", ")}</dd>
        </>
      )}
      {made.length < all.length && <dt className="text-kumo-subtle">New columns</dt>}
      {all
        .filter(({ isNew }) => !isNew)
        .map(({ table, columns }) => (
          <dd key={table} className="font-mono wrap-anywhere sm:col-start-2">
            {table}: {columns.join(", ")}
          </dd>
        ))}
    </dl>
  );
}
