import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { CalendarBlankIcon, CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { daysQuery } from "../../api/archive-queries.ts";
import type { ArchiveDay } from "../../api/archive-types.ts";
import { kindName, storedAs } from "../../logic/archive-days.ts";
import { byteSize } from "../../logic/byte-size.ts";
import { count, plural } from "../../logic/times.ts";
import { Loaded } from "../../parts/loaded.tsx";
import type { ArchivePart } from "../archive.tsx";
import { DayDetail } from "./day-detail.tsx";

/** Names told in a row; the day itself tells all. */
const NAMES = 4;

/** The days that hold events, the newest first; each opens to its names and objects. */
export default function Days({ sourceId, search, onChange }: ArchivePart): ReactNode {
  const days = useInfiniteQuery(daysQuery(sourceId));
  const list = days.data?.pages.flatMap(({ items }) => items) ?? [];
  const most = Math.max(1, ...list.map(({ events }) => events));
  return (
    <div className="flex flex-col gap-3">
      <Loaded query={days} failure="The days could not be listed">
        {() =>
          list.length === 0 ? (
            <Empty
              icon={<CalendarBlankIcon size={40} className="text-kumo-inactive" />}
              title="No day is listed yet"
              description="The archive is taking in what an earlier version has stored; its days appear here as they are read."
            />
          ) : (
            <>
              <p className="text-kumo-subtle text-sm">
                Days in UTC, by when events were stored. Open one to see its files.
              </p>
              <ul aria-label="Days" className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
                {list.map((day) => (
                  <DayItem
                    key={day.day}
                    sourceId={sourceId}
                    day={day}
                    most={most}
                    open={search.day === day.day}
                    onToggle={() => onChange({ day: search.day === day.day ? "" : day.day })}
                  />
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {days.hasNextPage && (
        <Button className="self-start" loading={days.isFetchingNextPage} onClick={() => void days.fetchNextPage()}>
          Show older days
        </Button>
      )}
    </div>
  );
}

interface DayItemProps {
  readonly sourceId: string;
  readonly day: ArchiveDay;
  /** Events of the day that has most of them. */
  readonly most: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function DayItem({ sourceId, day, most, open, onToggle }: DayItemProps): ReactNode {
  const details = useId();
  const names = day.kinds.slice(0, NAMES);
  return (
    <li className="border-kumo-hairline border-b last:border-b-0">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? details : undefined}
        onClick={onToggle}
        className="hover:bg-kumo-tint grid w-full cursor-pointer grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 px-4 py-3 text-left focus-visible:-outline-offset-2 md:grid-cols-[1rem_6.5rem_10rem_minmax(0,1fr)_auto] md:gap-x-5"
      >
        {open ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden />}
        <span className="font-medium whitespace-nowrap tabular-nums">{day.day}</span>
        <span className="text-right md:text-left">
          <span className="block tabular-nums">{plural(day.events, "event")}</span>
          <span aria-hidden className="bg-kumo-tint mt-1 hidden h-1.5 overflow-hidden rounded-full md:block">
            <span
              className="text-kumo-brand block h-full min-w-0.5 bg-current"
              style={{ width: `${(day.events / most) * 100}%` }}
            />
          </span>
        </span>
        <span className="text-kumo-subtle col-span-2 col-start-2 min-w-0 truncate text-sm md:col-span-1 md:col-start-auto">
          {names.map(({ type, name, count: n }, at) => (
            <span key={`${type} ${name ?? ""}`}>
              {at > 0 && " · "}
              <bdi>{kindName(type, name)}</bdi> {count(n)}
            </span>
          ))}
          {day.kinds.length > NAMES && " · …"}
        </span>
        <span className="text-kumo-subtle col-span-2 col-start-2 text-sm tabular-nums md:col-span-1 md:col-start-auto md:text-right">
          {byteSize(day.bytes)} · {storedAs(day)}
        </span>
      </button>
      {open && (
        <div id={details} className="border-kumo-hairline border-t">
          <DayDetail sourceId={sourceId} day={day.day} />
        </div>
      )}
    </li>
  );
}
