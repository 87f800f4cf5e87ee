import { memo, type ReactNode } from "react";
import type { DebuggerEntry } from "../../../src/core/debugger.ts";
import { entryTitle, entryUser } from "../../logic/entry-text.ts";
import { absoluteTime, clockTime } from "../../logic/times.ts";
import { StatusWord, TypeBadge } from "../../parts/labels.tsx";

/** Heights of a row in px; all rows of a list are equal, so that thousands of them need no measuring. */
export const ROW_PX = { line: 44, card: 72 };

interface EntryRowProps {
  readonly entry: DebuggerEntry;
  /** `narrow`: a line without what the open panel shows as well. */
  readonly layout: "wide" | "narrow" | "card";
  readonly selected: boolean;
  readonly onSelect: (seq: number) => void;
}

/** One event in the list. Payload text is isolated, so that right-to-left names do not turn the row around. */
export const EntryRow = memo(function EntryRow({ entry, layout, selected, onSelect }: EntryRowProps): ReactNode {
  return (
    <div
      id={`entry-${entry.seq}`}
      role="option"
      aria-selected={selected}
      tabIndex={-1}
      onClick={() => onSelect(entry.seq)}
      // j, k and the arrows are the list's.
      onKeyDown={(event) => event.key === "Enter" && onSelect(entry.seq)}
      className={`border-kumo-hairline hover:bg-kumo-tint aria-selected:bg-kumo-tint h-full cursor-pointer border-b border-l-3 px-4 sm:pr-8 sm:pl-7.5 ${
        selected ? "border-l-kumo-brand" : entry.status === "refused" ? "border-l-kumo-danger" : "border-l-transparent"
      }`}
    >
      {layout === "card" ? <Card entry={entry} /> : <Columns entry={entry} wide={layout === "wide"} />}
    </div>
  );
});

const Columns = ({ entry, wide }: { entry: DebuggerEntry; wide: boolean }): ReactNode => (
  <div
    className={`grid h-full items-center gap-3 ${
      wide ? "grid-cols-[6.5rem_6.5rem_5rem_minmax(0,1fr)_minmax(0,11rem)]" : "grid-cols-[6.5rem_6.5rem_minmax(0,1fr)]"
    }`}
  >
    <Clock at={entry.receivedAt} />
    <span>
      <StatusWord status={entry.status} />
    </span>
    {wide && (
      <span>
        <TypeBadge type={entry.type} />
      </span>
    )}
    <span className="flex min-w-0 items-baseline gap-2">
      <Title entry={entry} />
      <Reason entry={entry} />
    </span>
    {wide && <User entry={entry} />}
  </div>
);

const Card = ({ entry }: { entry: DebuggerEntry }): ReactNode => (
  <div className="flex h-full flex-col justify-center gap-1.5">
    <div className="flex min-w-0 items-center gap-2">
      <TypeBadge type={entry.type} />
      <bdi className="min-w-0 flex-1 truncate font-medium">{entryTitle(entry)}</bdi>
      <Clock at={entry.receivedAt} />
    </div>
    <div className="flex min-w-0 items-center gap-2">
      <StatusWord status={entry.status} />
      <span className="min-w-0 flex-1 truncate">
        {entry.sentence === undefined ? <User entry={entry} /> : <Reason entry={entry} />}
      </span>
    </div>
  </div>
);

const Clock = ({ at }: { at: number }): ReactNode => (
  <time title={absoluteTime(at)} className="text-kumo-subtle font-mono text-sm tabular-nums">
    {clockTime(at)}
  </time>
);

const Title = ({ entry }: { entry: DebuggerEntry }): ReactNode => (
  <bdi
    className={`min-w-0 shrink-0 truncate font-medium ${entry.sentence === undefined ? "max-w-full" : "max-w-[50%]"}`}
  >
    {entryTitle(entry)}
  </bdi>
);

const Reason = ({ entry }: { entry: DebuggerEntry }): ReactNode =>
  entry.sentence !== undefined && (
    <bdi className="text-kumo-danger min-w-0 flex-1 truncate text-sm">{entry.sentence}</bdi>
  );

const User = ({ entry }: { entry: DebuggerEntry }): ReactNode => (
  <bdi className="text-kumo-subtle block min-w-0 truncate text-sm">{entryUser(entry)}</bdi>
);
