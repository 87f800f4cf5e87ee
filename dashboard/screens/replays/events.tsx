import { type ReactNode, useState } from "react";
import type { Replay } from "../../api/replay-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { count, share } from "../../logic/times.ts";

/** Kinds of events shown before "show all". */
const KINDS = 10;

/** Which events a replay is about, the most frequent kind first. */
export function Events({ report }: { report: NonNullable<Replay["report"]> }): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? report.events : report.events.slice(0, KINDS);
  const most = Math.max(1, ...report.events.map(({ count: n }) => n));
  return (
    <section aria-labelledby="events" className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring sm:p-5">
      <h3 id="events" className="mb-3 font-semibold">
        Which events
      </h3>
      <ul className="flex flex-col gap-2">
        {shown.map(({ type, name = "", count: n }) => (
          <li
            key={`${type} ${name}`}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 text-sm sm:grid-cols-[minmax(0,18rem)_1fr_auto]"
          >
            <span className="min-w-0 truncate" title={clip(name, 500)}>
              <bdi>{eventName(type, name)}</bdi>
              {name !== "" && <span className="text-kumo-subtle"> {clip(type, 20)}</span>}
            </span>
            <span aria-hidden className="hidden h-1.5 self-center sm:block">
              <span
                className="text-kumo-info block h-full rounded-full bg-current"
                style={{ width: `max(2px, ${(n / most) * 100}%)` }}
              />
            </span>
            <span className="text-right tabular-nums sm:min-w-28">
              {count(n)} <span className="text-kumo-subtle inline-block min-w-14">{share(n, report.matched)}</span>
            </span>
          </li>
        ))}
      </ul>
      {report.events.length > KINDS && (
        <button type="button" className="text-kumo-link mt-3 cursor-pointer text-sm" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${count(report.events.length)}`}
        </button>
      )}
    </section>
  );
}

const eventName = (type: string, name: string): string => {
  if (name === "") return `${clip(type, 40)} calls`;
  return name === "(other)" ? "Other names" : clip(name);
};
