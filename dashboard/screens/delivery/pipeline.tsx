import { CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { overviewQuery } from "../../api/delivery-queries.ts";
import type { ErrorGroup, OverviewMetric, OverviewRow } from "../../api/delivery-types.ts";
import type { Destination } from "../../api/types.ts";
import { windowOf, type RangeId } from "../../logic/delivery-range.ts";
import { eventRows, givenUpOf, reasonRows, sumOf } from "../../logic/delivery-report.ts";
import { clip } from "../../logic/entry-text.ts";
import { count, share } from "../../logic/times.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Bar } from "../../parts/page-states.tsx";
import { ReasonCode } from "../../parts/reason-code.tsx";
import type { Figures } from "./use-report.ts";

const STEPS = [
  { id: "received", metric: "successfully-received", name: "Received by its sources", colour: "text-kumo-info" },
  { id: "filtered", metric: "filtered-at-destination", name: "Filtered before it", colour: "text-kumo-inactive" },
  { id: "failed", metric: "failed-delivery", name: "Failed for good", colour: "text-kumo-danger" },
  { id: "delivered", metric: "successful-delivery", name: "Delivered", colour: "text-kumo-success" },
] as const satisfies readonly { id: keyof Figures; metric: OverviewMetric; name: string; colour: string }[];
type Step = (typeof STEPS)[number];
const COLUMNS = "grid grid-cols-[1rem_minmax(0,1fr)_5rem] items-center gap-3 sm:grid-cols-[1rem_17rem_1fr_6rem]";
/** Events named in one step. */
const MOST = 10;

interface PipelineProps {
  readonly destination: Destination;
  readonly figures: Figures;
  /** Where the words for a reason come from. */
  readonly errors: readonly ErrorGroup[];
  /** Of those given up at all mappings, how many have been sent again since. */
  readonly resent: number;
  /** Of this moment, at all mappings. */
  readonly waiting: number;
  readonly range: RangeId;
  readonly mapping: string | undefined;
  readonly open: string | undefined;
  readonly onOpen: (step: string | undefined) => void;
}

/** The way of the events, step by step; each opens to why and which. */
export function Pipeline(props: PipelineProps): ReactNode {
  const { destination, figures, range, mapping, resent, waiting, open, onOpen } = props;
  const younger = Date.parse(destination.createdAt) > windowOf(range, figures.now).from;
  const { failed, again } = givenUpOf(sumOf(figures.failed ?? []), mapping === undefined ? resent : 0);
  const counts = STEPS.map(({ id }) => (id === "failed" ? failed : sumOf(figures[id] ?? [])));
  const highest = Math.max(1, ...counts);
  return (
    <section aria-labelledby="pipeline">
      <h2 id="pipeline" className="font-semibold">
        What became of its events
      </h2>
      <p className="text-kumo-subtle mb-3 text-sm">
        Received counts events{younger && ", also those from before this destination was connected, which are not sent"}
        ; what comes after counts an event once for each mapping that wants it.
      </p>
      <ol className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
        {STEPS.map((step, at) => (
          <li key={step.id} className="border-kumo-hairline border-b last:border-b-0">
            <StepRow
              step={step}
              known={figures[step.id] !== undefined}
              total={counts[at]!}
              width={counts[at]! / highest}
              open={open === step.id}
              onToggle={() => onOpen(open === step.id ? undefined : step.id)}
            />
            {step.id === "failed" && again > 0 && <SentAgain again={again} />}
            {open === step.id && <Breakdown {...props} step={step} />}
          </li>
        ))}
        <li className={`${COLUMNS} px-4 py-3`}>
          <span />
          <span>Waiting now, or to be tried again</span>
          <span className="hidden sm:block" />
          <span className="text-right font-medium tabular-nums">{count(waiting)}</span>
        </li>
      </ol>
    </section>
  );
}

const SentAgain = ({ again }: { again: number }): ReactNode => (
  <p className={`${COLUMNS} text-kumo-subtle px-4 pb-3 text-sm`}>
    <span />
    <span>Sent again since: counted by what came of it</span>
    <span className="hidden sm:block" />
    <span className="text-right tabular-nums">{count(again)}</span>
  </p>
);

interface StepRowProps {
  readonly step: Step;
  readonly known: boolean;
  readonly total: number;
  /** 0 to 1. */
  readonly width: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

const StepRow = ({ step, known, total, width, open, onToggle }: StepRowProps): ReactNode => (
  <button
    type="button"
    aria-expanded={open}
    onClick={onToggle}
    className={`${COLUMNS} hover:bg-kumo-tint w-full cursor-pointer px-4 py-3 text-left`}
  >
    {open ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden />}
    <span className="truncate">{step.name}</span>
    <span aria-hidden className="bg-kumo-tint hidden h-2 overflow-hidden rounded-full sm:block">
      <span
        className={`block h-full rounded-full bg-current ${step.colour}`}
        style={{ width: total === 0 ? 0 : `max(4px, ${width * 100}%)` }}
      />
    </span>
    <span className="text-right font-medium tabular-nums">{known ? count(total) : "…"}</span>
  </button>
);

function Breakdown({ destination, figures, errors, range, mapping, step }: PipelineProps & { step: Step }): ReactNode {
  const events = useQuery(
    overviewQuery(step.metric, {
      destinationId: destination.id,
      sourceIds: destination.sourceIds,
      range,
      groupBy: "eventType,eventName",
      subscriptionId: step.id === "received" ? undefined : mapping,
    }),
  );
  const rows = figures[step.id] ?? [];
  const reasons = reasonRows(rows);
  const sentenceOf = (reason: string) => errors.find((group) => group.reason === reason)?.sentence;
  return (
    <div className="border-kumo-hairline grid gap-6 border-t px-4 py-4 sm:pl-11 lg:grid-cols-2">
      {reasons.length > 0 && (
        <div className="min-w-0">
          <h3 className="mb-2 text-sm font-semibold">Why</h3>
          <ul className="flex flex-col gap-2">
            {reasons.map(({ reason, total }) => (
              <li key={reason} className="flex items-baseline justify-between gap-4 text-sm">
                <span className="min-w-0 break-words">
                  {sentenceOf(reason)} <ReasonCode reason={reason} sentence={sentenceOf(reason)} />
                </span>
                <span className="tabular-nums">{count(total)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="min-w-0">
        <h3 className="mb-2 text-sm font-semibold">Which events</h3>
        <Loaded query={events} failure="The events could not be loaded" skeleton={<Bar className="w-56" />}>
          {(data) => <EventList rows={data} />}
        </Loaded>
      </div>
    </div>
  );
}

function EventList({ rows }: { rows: readonly OverviewRow[] }): ReactNode {
  const events = eventRows(rows, MOST);
  const total = sumOf(rows);
  if (events.length === 0) return <p className="text-kumo-subtle text-sm">None in this time.</p>;
  return (
    <ul className="flex flex-col gap-2">
      {events.map(({ type, name, total: n }) => (
        <li key={`${type} ${name}`} className="flex items-baseline justify-between gap-4 text-sm">
          <span className="min-w-0 truncate" title={clip(name)}>
            <bdi>{name === "" ? "(no name)" : clip(name)}</bdi> <span className="text-kumo-subtle">{type}</span>
          </span>
          <span className="whitespace-nowrap tabular-nums">
            {count(n)} <span className="text-kumo-subtle">{share(n, total)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
