import type { ReactNode } from "react";
import type { Replay } from "../../api/replay-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { windowText } from "../../logic/replay-range.ts";
import { scopeWords } from "../../logic/replays.ts";
import { absoluteTime, plural } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { useNames } from "../../parts/use-names.ts";

/** Names shown; a replay may have two hundred. */
const NAMES = 20;

/** What it was asked for with. */
export function About({ replay }: { replay: Replay }): ReactNode {
  const { id, sourceId, destinationIds, startTime, endTime, types, events, filter, rate } = replay;
  const { sourceName, destinationName } = useNames();
  return (
    <section aria-labelledby="about">
      <h2 id="about" className="mb-3 font-semibold">
        What was asked for
      </h2>
      <dl className="ring-kumo-hairline bg-kumo-base grid gap-x-6 gap-y-3 rounded-lg p-4 text-sm ring sm:grid-cols-[8rem_minmax(0,1fr)] sm:p-5">
        <Fact name="Source">
          <TextLink href={`/sources/${sourceId}/debugger`}>{sourceName(sourceId)}</TextLink>
        </Fact>
        <Fact name={destinationIds.length === 1 ? "Destination" : "Destinations"}>
          <ul>
            {destinationIds.map((each) => (
              <li key={each}>
                <TextLink href={`/destinations/${each}`}>{destinationName(each)}</TextLink>
              </li>
            ))}
          </ul>
        </Fact>
        <Fact name="Received">
          <span
            className="tabular-nums"
            title={`${absoluteTime(Date.parse(startTime))} – ${absoluteTime(Date.parse(endTime))}`}
          >
            {windowText(startTime, endTime)}
          </span>
        </Fact>
        <Fact name="Events">{events.length === 0 ? scopeWords(replay) : <Names types={types} events={events} />}</Fact>
        {filter !== undefined && (
          <Fact name="Condition">
            <code className="font-mono text-xs">{clip(filter, 2000)}</code>
          </Fact>
        )}
        <Fact name="Rate">{plural(rate, "event")} a second, to each destination</Fact>
        <Fact name="Id">
          <code className="font-mono text-xs">{id}</code>
        </Fact>
      </dl>
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }): ReactNode => (
  <div className="contents">
    <dt className="text-kumo-subtle">{name}</dt>
    <dd className="min-w-0 wrap-anywhere max-sm:-mt-2">{children}</dd>
  </div>
);

const Names = ({ types, events }: { types: readonly string[]; events: readonly string[] }): ReactNode => {
  const others = types.filter((type) => type !== "track");
  return (
    <>
      track calls{" "}
      {events.slice(0, NAMES).map((name, at) => (
        <span key={name}>
          {at > 0 && ", "}
          <bdi className="font-medium">{clip(name, 120)}</bdi>
        </span>
      ))}
      {events.length > NAMES && ` and ${plural(events.length - NAMES, "other")}`}
      {others.length > 0 && `; and ${others.join(", ")} calls`}
    </>
  );
};
