import { Badge } from "@cloudflare/kumo/components/badge";
import { CaretDownIcon, CaretRightIcon, CheckCircleIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { DeliveryReport, ErrorGroup } from "../../api/delivery-types.ts";
import { barsOf, type RangeId, rangeOf } from "../../logic/delivery-range.ts";
import { fateWord, groupKey, trendOf, WHO } from "../../logic/delivery-report.ts";
import { clip } from "../../logic/entry-text.ts";
import { count } from "../../logic/times.ts";
import { Bars } from "../../parts/bars.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { When } from "../../parts/when.tsx";
import { ReasonCode } from "../../parts/reason-code.tsx";
import { Samples } from "./samples.tsx";
import type { Figures } from "./use-report.ts";

const COLOURS = { abandoned: "error", retry: "warning", dropped: "secondary" } as const;

interface ErrorsProps {
  readonly destinationId: string;
  readonly report: DeliveryReport;
  readonly figures: Figures;
  readonly range: RangeId;
  /** Only what failed in this one. */
  readonly mapping: string | undefined;
  /** `groupKey` of the open one. */
  readonly open: string | undefined;
  readonly onOpen: (key: string | undefined) => void;
}

/** What failed, the most frequent first; each opens to what it means and to samples. */
export function Errors(props: ErrorsProps): ReactNode {
  const { report, figures, range, mapping, open, onOpen } = props;
  const failures = report.errors.filter(({ status }) => status !== "dropped");
  const groups = (mapping === undefined ? failures : ofMapping(failures, figures)).toSorted(
    (a, b) => b.count - a.count,
  );
  return (
    <section aria-labelledby="errors">
      <h2 id="errors" className="mb-3 font-semibold">
        What failed{" "}
        {mapping !== undefined && (
          <span className="text-kumo-subtle text-sm font-normal">times and samples are of all mappings</span>
        )}
      </h2>
      {groups.length === 0 ? (
        <p className="ring-kumo-hairline bg-kumo-base text-kumo-subtle flex items-center gap-2 rounded-lg p-4 ring">
          <CheckCircleIcon aria-hidden className="text-kumo-success shrink-0" />
          No attempt failed in the last {rangeOf(range).words}. What does will be listed here with its cause, what to
          do, and samples.
        </p>
      ) : (
        <ul className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
          {groups.map((group) => {
            const key = groupKey(group);
            return (
              <li key={key} className="border-kumo-hairline border-b last:border-b-0">
                <ErrorRow
                  {...props}
                  group={group}
                  isOpen={open === key}
                  onToggle={() => onOpen(open === key ? undefined : key)}
                />
                {open === key && <Detail group={group} destinationId={props.destinationId} />}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** The figures are of one mapping, the report of all: its groups, with the counts of that mapping. */
const ofMapping = (groups: readonly ErrorGroup[], figures: Figures): readonly ErrorGroup[] =>
  groups
    .map((group) => ({ ...group, count: trendIn(figures, group).reduce((sum, { count: n }) => sum + n, 0) }))
    .filter((group) => group.count > 0);

const trendIn = (
  { filtered = [], failed = [], delivered = [] }: Figures,
  group: ErrorGroup,
): ReturnType<typeof trendOf> => trendOf(group, { filtered, failed, delivered });

interface ErrorRowProps extends ErrorsProps {
  readonly group: ErrorGroup;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function ErrorRow({ group, report, figures, range, isOpen, onToggle }: ErrorRowProps): ReactNode {
  const trend = barsOf(
    range,
    figures.now,
    trendIn(figures, group),
    ({ time }) => time,
    ({ count: n }) => ({ n }),
    ["n"],
  ).map(({ values }) => values.n);
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={onToggle}
      className="hover:bg-kumo-tint grid w-full cursor-pointer grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 px-4 py-3 text-left"
    >
      {isOpen ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden />}
      <span className="flex min-w-0 flex-col gap-1">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 break-words">{group.sentence}</span>
          <ReasonCode reason={group.reason} sentence={group.sentence} />
          <Badge variant={COLOURS[group.status]}>{fateWord(group.status, report.retrying)}</Badge>
        </span>
        {group.detail !== "" && <bdi className="text-kumo-subtle truncate text-sm">{clip(group.detail)}</bdi>}
      </span>
      <span className="flex items-center gap-4">
        {trend.some((value) => value > 0) && (
          // Whether it is over, began just now, or goes on; the count beside it says how much.
          <Bars
            values={trend}
            room={trend.length}
            width={96}
            height={24}
            className="text-kumo-danger hidden sm:block"
          />
        )}
        <span className="text-right text-sm">
          <span className="block font-medium tabular-nums">{count(group.count)} ×</span>
          <span className="text-kumo-subtle">
            <When at={group.lastAt} />
          </span>
        </span>
      </span>
    </button>
  );
}

function Detail({ group, destinationId }: { group: ErrorGroup; destinationId: string }): ReactNode {
  const { detail, todo, who, samples, status, reason } = group;
  return (
    <div className="border-kumo-hairline flex flex-col gap-4 border-t px-4 py-4 sm:pl-11">
      <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[8rem_minmax(0,1fr)]">
        <dt className="text-kumo-subtle">What it said</dt>
        <dd className="break-words">
          <bdi>{detail === "" ? "Nothing more." : clip(detail, 1000)}</bdi>
        </dd>
        <dt className="text-kumo-subtle">Who acts</dt>
        <dd>{WHO[who]}</dd>
        <dt className="text-kumo-subtle">What to do</dt>
        <dd className="break-words">
          {todo}
          {status === "abandoned" && (
            <>
              {" "}
              <TextLink href={`/destinations/${destinationId}/dead-letters?${new URLSearchParams({ reason })}`}>
                The dead letters
              </TextLink>
            </>
          )}
        </dd>
      </dl>
      <Samples samples={samples} />
    </div>
  );
}
