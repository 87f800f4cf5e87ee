import { Input } from "@cloudflare/kumo/components/input";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ArchivedDay } from "../../api/replay-types.ts";
import { fieldTime } from "../../logic/export-hours.ts";
import type { ReplayDraft } from "../../logic/replay-draft.ts";
import { REPLAY_RANGES } from "../../logic/replay-range.ts";
import { absoluteTime, plural } from "../../logic/times.ts";
import { Choice } from "../../parts/choice.tsx";
import { When } from "../../parts/when.tsx";

interface RangeFieldsProps {
  readonly draft: ReplayDraft;
  readonly error: string | undefined;
  readonly days: UseQueryResult<readonly ArchivedDay[]>;
  /** Events of the window, roughly; undefined while not known. */
  readonly estimate: number | undefined;
  readonly onChange: (next: Partial<ReplayDraft>) => void;
}

/** The window of a replay: a usual one, or two times; and what the archive has of it. */
export const RangeFields = ({ draft, error, days, estimate, onChange }: RangeFieldsProps): ReactNode => (
  <div className="flex flex-col gap-4">
    <Choice
      label="Received"
      value={draft.range}
      choices={REPLAY_RANGES.map(({ id, label }) => [id, label])}
      onChange={(range) => onChange({ range })}
    />
    {draft.range === "own" && (
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Moment label="From (UTC)" value={draft.from} onChange={(from) => onChange({ from })} />
        <Moment label="Until (UTC), not included" value={draft.to} error={error} onChange={(to) => onChange({ to })} />
      </div>
    )}
    <p role="status" className="text-kumo-subtle text-sm">
      {draft.sourceId !== "" && <Holdings days={days} estimate={estimate} />}
    </p>
  </div>
);

interface HoldingsProps {
  readonly days: UseQueryResult<readonly ArchivedDay[]>;
  readonly estimate: number | undefined;
}

function Holdings({ days, estimate }: HoldingsProps): ReactNode {
  if (days.isError && days.data === undefined) {
    return (
      <>
        What the archive holds could not be loaded: {days.error.message}{" "}
        <button type="button" className="text-kumo-link cursor-pointer" onClick={() => void days.refetch()}>
          Try again
        </button>
      </>
    );
  }
  if (days.data === undefined) return "Looking into the archive…";
  const oldest = days.data.at(-1)?.firstAt;
  if (oldest === undefined) return "The archive of this source is empty yet.";
  return (
    <>
      {estimate === 0
        ? "No event was received in that time, as far as the archive knows."
        : estimate !== undefined && `Roughly ${plural(estimate, "event")} were received in that time.`}{" "}
      The archive goes back to <When at={oldest} />.
    </>
  );
}

interface MomentProps {
  readonly label: string;
  readonly value: string;
  readonly error?: string | undefined;
  readonly onChange: (text: string) => void;
}

const Moment = ({ label, value, error, onChange }: MomentProps): ReactNode => {
  const at = fieldTime(value);
  return (
    <Input
      type="datetime-local"
      label={label}
      value={value}
      error={error}
      title={at === undefined ? undefined : absoluteTime(at)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
};
