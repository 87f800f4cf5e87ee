import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { Destination, Source } from "../../api/types.ts";
import { type DayOfDelivery, successShare } from "../../logic/delivery.ts";
import { count, plural } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";

interface DeliveriesProps {
  readonly destinations: readonly Destination[];
  /** In the same order; `undefined` where the report is not there. */
  readonly days: readonly (DayOfDelivery | undefined)[];
  readonly sources: readonly Source[];
}

/** Where it goes, and whether it got there. */
export function Deliveries({ destinations, days, sources }: DeliveriesProps): ReactNode {
  if (destinations.length === 0) return null;
  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries" className="mb-3 text-base font-semibold">
        Destinations, last 24 hours
      </h2>
      <ul className="grid gap-4 md:grid-cols-2">
        {destinations.map((destination, at) => (
          <Card key={destination.id} destination={destination} day={days[at]} from={fromWords(destination, sources)} />
        ))}
      </ul>
    </section>
  );
}

function fromWords({ sourceIds }: Destination, sources: readonly Source[]): string | undefined {
  const [first, ...others] = sourceIds;
  const name = sources.find(({ id }) => id === first)?.name;
  return name === undefined || others.length === 0 ? name : `${name} and ${plural(others.length, "other")}`;
}

interface CardProps {
  readonly destination: Destination;
  readonly day: DayOfDelivery | undefined;
  readonly from: string | undefined;
}

const Card = ({ destination, day, from }: CardProps): ReactNode => (
  <li className="ring-kumo-hairline bg-kumo-base min-w-0 rounded-lg p-4 ring">
    <div className="flex items-start justify-between gap-3">
      <div className="min-w-0">
        <span className="block truncate font-medium" title={destination.name}>
          <TextLink href={`/destinations/${destination.id}`}>{destination.name}</TextLink>
        </span>
        <p className="text-kumo-subtle mt-0.5 truncate text-sm">
          {!destination.enabled && "Switched off · "}
          {destination.paused === true && "Paused · "}
          {from !== undefined && `From ${from}`}
        </p>
      </div>
      {day !== undefined && <Verdict day={day} />}
    </div>
    <dl className="mt-4 grid grid-cols-3 gap-3">
      <Figure name="Delivered" value={day?.delivered} note={day === undefined ? "" : successShare(day)} />
      <Figure name="Waiting" value={day?.waiting} colour="text-kumo-warning" />
      <Figure name="Given up" value={day?.givenUp} colour="text-kumo-danger" />
    </dl>
  </li>
);

function Verdict({ day }: { day: DayOfDelivery }): ReactNode {
  if (day.givenUp > 0) return <Badge variant="error">given up</Badge>;
  if (day.waiting > 0) return <Badge variant="warning">waiting</Badge>;
  if (day.dropped > 0) return <Badge variant="secondary">{count(day.dropped)} dropped</Badge>;
  return day.delivered > 0 ? <Badge variant="success">all delivered</Badge> : null;
}

interface FigureProps {
  readonly name: string;
  readonly value: number | undefined;
  /** Of a number that should be zero. */
  readonly colour?: string;
  readonly note?: string;
}

const Figure = ({ name, value, colour = "", note = "" }: FigureProps): ReactNode => (
  <div>
    <dt className="text-kumo-subtle text-sm">{name}</dt>
    <dd className={`text-lg font-semibold tabular-nums ${value === undefined || value === 0 ? "" : colour}`}>
      {value === undefined ? "…" : count(value)}
      {note !== "" && <span className="text-kumo-subtle ml-1.5 text-sm font-normal">{note}</span>}
    </dd>
  </div>
);
