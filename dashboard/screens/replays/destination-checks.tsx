import { Badge } from "@cloudflare/kumo/components/badge";
import { Checkbox } from "@cloudflare/kumo/components/checkbox";
import type { ReactNode } from "react";
import type { Destination } from "../../api/types.ts";
import { shortName } from "../../logic/catalogue.ts";
import { clip } from "../../logic/entry-text.ts";
import { TextLink } from "../../parts/text-link.tsx";

interface DestinationChecksProps {
  readonly sourceId: string;
  /** Those that the source is connected to. */
  readonly destinations: readonly Destination[];
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** One or more destinations of the source, in the order in which they are listed. */
export function DestinationChecks(props: DestinationChecksProps): ReactNode {
  const { sourceId, destinations, chosen, error, onChange } = props;
  if (sourceId === "")
    return <p className="text-kumo-subtle">Choose the source first: a replay goes to its destinations.</p>;
  if (destinations.length === 0) {
    return (
      <p>
        No destination is connected to this source.{" "}
        <TextLink href={`/catalog?${new URLSearchParams({ source: sourceId })}`}>Connect one</TextLink> first.
      </p>
    );
  }
  const toggle = (id: string, on: boolean): void =>
    onChange(destinations.map((one) => one.id).filter((each) => (each === id ? on : chosen.includes(each))));
  return (
    <fieldset>
      <legend className="sr-only">Destinations</legend>
      <ul className="flex max-h-72 flex-col gap-2.5 overflow-y-auto p-0.5">
        {destinations.map((destination) => (
          <li key={destination.id} className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
            <span className="min-w-0 wrap-anywhere">
              <Checkbox
                label={clip(destination.name, 80)}
                checked={chosen.includes(destination.id)}
                onCheckedChange={(on) => toggle(destination.id, on)}
              />
            </span>
            {shortName(destination.metadata.name) !== destination.name && (
              <span className="text-kumo-subtle shrink-0 text-sm">{shortName(destination.metadata.name)}</span>
            )}
            <State destination={destination} />
          </li>
        ))}
      </ul>
      {error !== undefined && (
        <p data-complaint tabIndex={-1} role="alert" className="text-kumo-danger mt-2 text-sm">
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** What a replay makes of a destination that takes no live events at this moment. */
const State = ({ destination: { enabled, paused } }: { destination: Destination }): ReactNode => {
  if (!enabled)
    return (
      <>
        <Badge variant="warning">switched off</Badge>
        <span className="text-kumo-subtle text-sm">gets a replay all the same</span>
      </>
    );
  if (paused !== true) return null;
  return (
    <>
      <Badge variant="warning">paused</Badge>
      <span className="text-kumo-subtle text-sm">a replay waits until it is resumed</span>
    </>
  );
};
