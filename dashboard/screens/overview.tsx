import { Banner } from "@cloudflare/kumo/components/banner";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { destinationsQuery, sourcesQuery, workspaceQuery, workspaceVolumeQuery } from "../api/queries.ts";
import type { Destination, Source, WorkspaceVolume } from "../api/types.ts";
import { deliveryAnswer } from "../logic/delivery.ts";
import { hasRealEvents, totalsOf, volumeOf } from "../logic/overview.ts";
import { count, plural, share } from "../logic/times.ts";
import { Checklist } from "../parts/checklist.tsx";
import { EnvironmentBadge } from "../parts/labels.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton } from "../parts/page-states.tsx";
import { Page } from "../parts/page.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { areKnown, useDeliveries } from "../parts/use-deliveries.ts";
import { When } from "../parts/when.tsx";
import { Deliveries } from "./overview/deliveries.tsx";
import { Operate } from "./overview/operate.tsx";

const NONE: readonly Destination[] = [];

/** Is everything flowing? */
export function Overview(): ReactNode {
  const sources = useQuery(sourcesQuery);
  const volume = useQuery(workspaceVolumeQuery);
  const destinations = useQuery(destinationsQuery);
  const workspace = useQuery(workspaceQuery);
  const days = useDeliveries(destinations.data ?? NONE);
  const delivery = days.length > 0 && areKnown(days) ? ` ${deliveryAnswer(days)}.` : "";
  return (
    <Page
      title="Overview"
      answer={
        volume.data === undefined ? (
          "Is everything flowing?"
        ) : (
          <>
            <Answer volume={volume.data} />
            <bdi>{delivery}</bdi>
          </>
        )
      }
    >
      <Loaded query={sources} failure="The sources could not be loaded">
        {({ sources: list }) => (
          <Loaded
            query={volume}
            failure="The counts could not be loaded"
            skeleton={<ListSkeleton rows={list.length || 2} />}
          >
            {(day) => (
              <div className="flex flex-col gap-6">
                {(!hasRealEvents(list, day) || destinations.data?.length === 0) && (
                  <Checklist
                    sources={list}
                    volume={day}
                    destinations={destinations.data ?? []}
                    demo={workspace.data?.demo === true}
                  />
                )}
                <UnknownKeys count={day.unknown.count} />
                <Operate />
                <Flow sources={list} volume={day} />
                <Deliveries destinations={destinations.data ?? NONE} days={days} sources={list} />
              </div>
            )}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function Answer({ volume }: { volume: WorkspaceVolume }): ReactNode {
  const totals = totalsOf(volume);
  if (totals.lastEventAt === undefined) return "Nothing has arrived yet.";
  const arrived = totals.accepted + totals.duplicate + totals.refused;
  return (
    <>
      {plural(totals.accepted, "event")} accepted in the last 24 h, the last one <When at={totals.lastEventAt} />.{" "}
      {totals.refused === 0
        ? "Nothing was refused."
        : `${count(totals.refused)} (${share(totals.refused, arrived)}) were refused.`}
    </>
  );
}

const UnknownKeys = ({ count: calls }: { count: number }): ReactNode =>
  calls > 0 && (
    <Banner
      variant="alert"
      title={`${plural(calls, "event")} with a write key that no source has`}
      description="In the last 24 h. Something still sends with a revoked or mistyped key; the senders were answered 200, as Segment does, and their events are gone."
    />
  );

function Flow({ sources, volume }: { sources: readonly Source[]; volume: WorkspaceVolume }): ReactNode {
  if (sources.length === 0) return null;
  return (
    <section aria-labelledby="flow">
      <h2 id="flow" className="mb-3 text-base font-semibold">
        Per source, last 24 hours
      </h2>
      <ul className="grid gap-4 md:grid-cols-2">
        {sources.map((source) => (
          <FlowCard key={source.id} source={source} volume={volume} />
        ))}
      </ul>
    </section>
  );
}

function FlowCard({ source, volume }: { source: Source; volume: WorkspaceVolume }): ReactNode {
  const day = volumeOf(volume, source.id);
  const arrived = day.accepted + day.duplicate + day.refused;
  return (
    <li className="ring-kumo-hairline bg-kumo-base min-w-0 rounded-lg p-4 ring">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-2">
            <span className="max-w-full truncate font-medium" title={source.name}>
              <TextLink href={`/sources/${source.id}/debugger`}>{source.name}</TextLink>
            </span>
            <EnvironmentBadge labels={source.labels} />
          </div>
          <p className="text-kumo-subtle mt-0.5 text-sm">
            {!source.enabled && "Switched off · "}
            {day.lastEventAt === null ? (
              <>
                No event yet ·{" "}
                {source.kind === "demo" ? (
                  <TextLink href="/demo" newTab>
                    Open the demo shop
                  </TextLink>
                ) : (
                  <TextLink href={`/sources/${source.id}/setup`}>Connect it</TextLink>
                )}
              </>
            ) : (
              <>
                Last event <When at={day.lastEventAt} />
              </>
            )}
          </p>
        </div>
        <Sparkline series={day.series} of={source.name} />
      </div>
      <dl className="mt-4 grid grid-cols-3 gap-3">
        <Figure name="Accepted" value={count(day.accepted)} />
        <Figure name="Duplicate" value={count(day.duplicate)} />
        <Figure
          name="Refused"
          value={count(day.refused)}
          {...(day.refused > 0
            ? { note: share(day.refused, arrived), href: `/sources/${source.id}/debugger?status=refused` }
            : {})}
        />
      </dl>
    </li>
  );
}

const Figure = ({
  name,
  value,
  note,
  href,
}: {
  name: string;
  value: string;
  note?: string;
  href?: string;
}): ReactNode => (
  <div>
    <dt className="text-kumo-subtle text-sm">{name}</dt>
    <dd className="text-lg font-semibold tabular-nums">
      {href === undefined ? value : <TextLink href={href}>{value}</TextLink>}
      {note !== undefined && <span className="text-kumo-danger ml-1.5 text-sm font-normal">{note}</span>}
    </dd>
  </div>
);
