import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { Trace, TracedDestination } from "../../api/delivery-types.ts";
import { plural } from "../../logic/times.ts";
import { destinationWord, sourceStages } from "../../logic/trace-lines.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { DeliveryLine } from "./delivery-line.tsx";
import { DOTS, Point } from "./point.tsx";

const BADGES = { good: "success", bad: "error", waiting: "warning", neutral: "secondary" } as const;

/** The whole path as one line: the door, the archive, then each destination. */
export function TraceLine({ trace }: { trace: Trace }): ReactNode {
  const receivedAt = trace.receivedAt === undefined ? undefined : Date.parse(trace.receivedAt);
  return (
    <ol aria-label="The path of the event" className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring sm:p-6">
      {sourceStages(trace).map((stage) => (
        <Point key={stage.key} stage={stage} />
      ))}
      {trace.destinations.map((destination) => (
        <Destination key={destination.id} destination={destination} receivedAt={receivedAt} />
      ))}
      {trace.destinations.length === 0 && trace.status !== "refused" && (
        <Point
          stage={{
            key: "none",
            tone: "neutral",
            title: "No destination",
            note: "Its source has none; it stays in the archive.",
          }}
        />
      )}
      {trace.destinationsUnasked > 0 && (
        <Point
          stage={{
            key: "unasked",
            tone: "neutral",
            title: `${plural(trace.destinationsUnasked, "destination")} not asked`,
            note: "They do not get this source’s events now; whether they got this one earlier is not known.",
          }}
        />
      )}
    </ol>
  );
}

interface DestinationProps {
  readonly destination: TracedDestination;
  readonly receivedAt: number | undefined;
}

function Destination({ destination, receivedAt }: DestinationProps): ReactNode {
  const { id, name, enabled, connected, sentence, deliveries } = destination;
  const { word, tone } = destinationWord(destination);
  return (
    <li className="before:bg-kumo-line relative pb-6 pl-7 before:absolute before:top-3 before:bottom-0 before:left-[5px] before:w-px last:pb-0 last:before:hidden">
      <span aria-hidden className={`absolute top-1.5 left-0 size-[11px] rounded-full bg-current ${DOTS[tone]}`} />
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 font-medium wrap-anywhere">
          <TextLink href={`/destinations/${id}/delivery`}>{name}</TextLink>
        </span>
        <Badge variant={BADGES[tone]}>{word}</Badge>
        {!enabled && <Badge variant="warning">switched off</Badge>}
        {!connected && <Badge variant="secondary">not connected any more</Badge>}
      </div>
      {sentence !== undefined && <p className="text-kumo-subtle text-sm">{sentence}</p>}
      {deliveries.map((delivery) => (
        <DeliveryLine
          key={delivery.replayId ?? "first"}
          destinationId={id}
          delivery={delivery}
          receivedAt={receivedAt}
          last={delivery === deliveries.at(-1)}
          named={deliveries.length > 1 || delivery.replayId !== undefined}
        />
      ))}
    </li>
  );
}
