import { Button } from "@cloudflare/kumo/components/button";
import { Table } from "@cloudflare/kumo/components/table";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { dayQuery, fileHref } from "../../api/archive-queries.ts";
import type { ArchiveDay, ArchiveObject } from "../../api/archive-types.ts";
import { dayTimes, kindName, searchOfDay } from "../../logic/archive-days.ts";
import { stringifySearch } from "../../logic/search-params.ts";
import { byteSize } from "../../logic/byte-size.ts";
import { fieldText } from "../../logic/export-hours.ts";
import { absoluteTime, count, plural } from "../../logic/times.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { OwnersOnly } from "../../parts/owners-only.tsx";
import { Bar } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";

/** Names shown before "Show all". */
const NAMES = 12;

/** What is in a day: what can be done with it, its names, and the objects in the bucket. */
export function DayDetail({ sourceId, day }: { sourceId: string; day: string }): ReactNode {
  const detail = useInfiniteQuery(dayQuery(sourceId, day));
  return (
    <div className="bg-kumo-elevated flex flex-col gap-5 px-4 py-4 md:pl-11">
      <Loaded query={detail} failure="The day could not be read" skeleton={<Bar className="w-64" />}>
        {({ pages }) => {
          const [first] = pages;
          if (first === undefined) return null;
          const objects = pages.flatMap((page) => page.objects);
          return (
            <>
              <Ways sourceId={sourceId} day={first.day} />
              <Kinds key={day} sourceId={sourceId} day={first.day} />
              <Objects sourceId={sourceId} objects={objects} />
            </>
          );
        }}
      </Loaded>
      {detail.hasNextPage && (
        <Button
          size="sm"
          className="self-start"
          loading={detail.isFetchingNextPage}
          onClick={() => void detail.fetchNextPage()}
        >
          Show more objects
        </Button>
      )}
    </div>
  );
}

function Ways({ sourceId, day }: { sourceId: string; day: ArchiveDay }): ReactNode {
  const { from, to } = dayTimes(day);
  const times = { from: fieldText(from), to: fieldText(to) };
  const archive = `/sources/${sourceId}/archive`;
  return (
    <p className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      <TextLink href={`${archive}${stringifySearch(searchOfDay(day))}`}>Search these events</TextLink>
      <TextLink href={`${archive}${stringifySearch({ ...times, day: day.day, ask: "download" })}`}>
        Download these events
      </TextLink>
      <OwnersOnly>
        <TextLink href={`/replays/new?${new URLSearchParams({ source: sourceId, ...times })}`}>
          Replay these events
        </TextLink>
      </OwnersOnly>
    </p>
  );
}

function Kinds({ sourceId, day }: { sourceId: string; day: ArchiveDay }): ReactNode {
  const [all, setAll] = useState(false);
  const { kinds } = day;
  const shown = all ? kinds : kinds.slice(0, NAMES);
  return (
    <section>
      <h3 className="mb-2 font-semibold">What was received</h3>
      <ul className="flex flex-wrap gap-2 text-sm">
        {shown.map((kind) => (
          <li
            key={`${kind.type} ${kind.name ?? ""}`}
            className="ring-kumo-hairline bg-kumo-base max-w-full rounded-md px-2.5 py-1 ring wrap-anywhere"
          >
            <TextLink href={`/sources/${sourceId}/archive${stringifySearch(searchOfDay(day, kind))}`}>
              <bdi>{kindName(kind.type, kind.name)}</bdi>
            </TextLink>{" "}
            <span className="text-kumo-subtle tabular-nums">{count(kind.count)}</span>
          </li>
        ))}
      </ul>
      {kinds.length > shown.length && (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setAll(true)}>
          Show all {count(kinds.length)}
        </Button>
      )}
    </section>
  );
}

const Objects = ({ sourceId, objects }: { sourceId: string; objects: readonly ArchiveObject[] }): ReactNode => (
  <section className="min-w-0">
    <h3 className="font-semibold">Objects in the bucket</h3>
    <p className="text-kumo-subtle mb-2 text-sm">
      gzip, one event a line. Small segments are put together into larger files some hours after they were written.
    </p>
    <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
      <Table className="cards-on-phone">
        <Table.Header>
          <Table.Row>
            <Table.Head>Object</Table.Head>
            <Table.Head>Received (UTC)</Table.Head>
            <Table.Head className="text-right">Events</Table.Head>
            <Table.Head className="text-right">Size</Table.Head>
            <Table.Head>
              <span className="sr-only">Download</span>
            </Table.Head>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {objects.map((object) => (
            <ObjectRow key={object.key} sourceId={sourceId} object={object} />
          ))}
        </Table.Body>
      </Table>
    </div>
  </section>
);

function ObjectRow({ sourceId, object }: { sourceId: string; object: ArchiveObject }): ReactNode {
  const { key, compacted, segments, events, bytes, firstAt, lastAt } = object;
  const name = key.slice(key.lastIndexOf("/") + 1);
  return (
    <Table.Row>
      <Table.Cell>
        <span className="flex min-w-0 flex-col max-md:text-left">
          <code title={key} className="font-mono text-sm break-all">
            {name}
          </code>
          {compacted && <span className="text-kumo-subtle text-sm">{plural(segments, "segment")} compacted</span>}
        </span>
      </Table.Cell>
      <Table.Cell data-label="Received (UTC)">
        <span
          className="whitespace-nowrap tabular-nums"
          title={`${absoluteTime(Date.parse(firstAt))} – ${absoluteTime(Date.parse(lastAt))}`}
        >
          {firstAt.slice(11, 19)} – {lastAt.slice(11, 19)}
        </span>
      </Table.Cell>
      <Table.Cell data-label="Events" className="text-right tabular-nums">
        {count(events)}
      </Table.Cell>
      <Table.Cell data-label="Size" className="text-right tabular-nums">
        {byteSize(bytes)}
      </Table.Cell>
      <Table.Cell className="text-right">
        <a href={fileHref(sourceId, key)} download className="text-kumo-link underline-offset-2 hover:underline">
          Download<span className="sr-only"> {name}</span>
        </a>
      </Table.Cell>
    </Table.Row>
  );
}
