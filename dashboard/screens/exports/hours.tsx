import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { Table } from "@cloudflare/kumo/components/table";
import { ClockIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { hoursQuery } from "../../api/export-queries.ts";
import type { ExportHour } from "../../api/export-types.ts";
import { byteSize } from "../../logic/byte-size.ts";
import { fieldText, HOUR_RANGES, hourRangeOf, type HourRangeId, rangeStart } from "../../logic/export-hours.ts";
import { errorAdvice, errorSentence } from "../../logic/export-words.ts";
import { progressOf } from "../../logic/exports.ts";
import { count, plural } from "../../logic/times.ts";
import { HourLabel } from "../../parts/hour-label.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { OwnersOnly } from "../../parts/owners-only.tsx";
import { HourWord } from "../../parts/run-words.tsx";
import { Segments } from "../../parts/segments.tsx";
import { useRefetch } from "../../parts/use-refetch.ts";
import { Until, useNow, When } from "../../parts/when.tsx";
import type { ExportsPart } from "../exports.tsx";

const HOUR_MS = 3_600_000;
/** Rows drawn at once. */
const STEP = 100;

/** Hour by hour: which are published, wait or have failed. */
export default function Hours({ sourceId, state, search, onChange }: ExportsPart): ReactNode {
  const range = hourRangeOf(search.range);
  const hours = useQuery(hoursQuery(sourceId, rangeStart(range.id, useNow())));
  useRefetch(progressOf(state), () => void hours.refetch());
  const none = range.ms === undefined || state.publishedHours + state.waitingHours === 0;
  const again = (hour: string): void =>
    onChange({ ask: "rebuild", from: fieldText(Date.parse(hour)), to: fieldText(Date.parse(hour) + HOUR_MS) });
  return (
    <div className="flex flex-col gap-3">
      <div>
        <Segments
          label="Time range"
          value={range.id}
          choices={HOUR_RANGES.map(({ id, label }): readonly [HourRangeId, string] => [id, label])}
          onChange={(id) => onChange({ range: id })}
        />
      </div>
      <Loaded query={hours} failure="The hours could not be loaded">
        {(list) =>
          list.length === 0 ? (
            <Empty
              icon={<ClockIcon size={40} className="text-kumo-inactive" />}
              title={none ? "No hours yet" : `None in the last ${range.label}`}
              description="Each hour in which events arrive is listed here, with what was published of it."
              {...(none ? {} : { contents: <Button onClick={() => onChange({ range: "all" })}>Show all</Button> })}
            />
          ) : (
            <HourList key={range.id} hours={list} onAgain={again} />
          )
        }
      </Loaded>
    </div>
  );
}

function HourList({ hours, onAgain }: { hours: readonly ExportHour[]; onAgain: (hour: string) => void }): ReactNode {
  const [shown, setShown] = useState(STEP);
  const newest = hours.toReversed();
  const failed = hours.filter(({ state }) => state === "failed").length;
  return (
    <>
      <p className="text-kumo-subtle text-sm">
        {plural(hours.length, "hour")} with events, by when they arrived, in UTC.
        {failed > 0 && <span className="text-kumo-danger"> {plural(failed, "hour")} failed.</span>}
      </p>
      <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
        <Table className="cards-on-phone">
          <Table.Header>
            <Table.Row>
              <Table.Head>Hour (UTC)</Table.Head>
              <Table.Head>State</Table.Head>
              <Table.Head className="text-right">Events</Table.Head>
              <Table.Head className="text-right">Rows</Table.Head>
              <Table.Head className="text-right">Version</Table.Head>
              <Table.Head>Published</Table.Head>
              <Table.Head>
                <span className="sr-only">What can be done</span>
              </Table.Head>
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {newest.slice(0, shown).map((hour) => (
              <HourRow key={hour.hour} hour={hour} onAgain={() => onAgain(hour.hour)} />
            ))}
          </Table.Body>
        </Table>
      </div>
      {newest.length > shown && (
        <Button className="self-start" onClick={() => setShown(shown + STEP)}>
          Show {count(Math.min(STEP, newest.length - shown))} older ones
        </Button>
      )}
    </>
  );
}

function HourRow({ hour, onAgain }: { hour: ExportHour; onAgain: () => void }): ReactNode {
  const { hour: at, state, version, publishedAt, rows, events, bytes, error } = hour;
  return (
    <Table.Row>
      <Table.Cell>
        <HourLabel at={at} />
      </Table.Cell>
      <Table.Cell data-label="State" className="max-w-96">
        <div className="flex min-w-0 flex-col gap-1 max-md:items-end">
          <HourWord state={state} />
          {error !== undefined && <Why hour={hour} />}
        </div>
      </Table.Cell>
      <Table.Cell data-label="Events" className="text-right tabular-nums">
        {count(events)}
      </Table.Cell>
      <Table.Cell data-label="Rows" className="text-right tabular-nums">
        <span>
          {count(rows)} <span className="text-kumo-subtle text-sm">{byteSize(bytes)}</span>
        </span>
      </Table.Cell>
      <Table.Cell data-label="Version" className="text-right tabular-nums">
        {version === 0 ? "–" : count(version)}
      </Table.Cell>
      <Table.Cell data-label="Published">{publishedAt === undefined ? "–" : <When at={publishedAt} />}</Table.Cell>
      <Table.Cell className="text-right">
        <OwnersOnly>
          <Button className="ml-auto" size="sm" variant="ghost" onClick={onAgain}>
            Make again…
          </Button>
        </OwnersOnly>
      </Table.Cell>
    </Table.Row>
  );
}

/** What went wrong, what to do, and when it is tried again. */
const Why = ({ hour: { error = "", retryAt } }: { hour: ExportHour }): ReactNode => (
  <p className="text-left text-sm wrap-anywhere">
    <bdi>{errorSentence(error)}</bdi> <span className="text-kumo-subtle">{errorAdvice({ target: "lake", error })}</span>
    {retryAt !== undefined && (
      <>
        {" "}
        Next try <Until at={retryAt} />.
      </>
    )}
  </p>
);
