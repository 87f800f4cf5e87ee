import { Badge } from "@cloudflare/kumo/components/badge";
import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { Table } from "@cloudflare/kumo/components/table";
import { ArrowsSplitIcon, PlusIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { DeliveryReport } from "../api/delivery-types.ts";
import { deliveryMetricsQuery, destinationsQuery } from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { shortName } from "../logic/catalogue.ts";
import { dayOf, deliveryAnswer, stillGivenUp, successShare } from "../logic/delivery.ts";
import { count } from "../logic/times.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Bar } from "../parts/page-states.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { areKnown, useDeliveries } from "../parts/use-deliveries.ts";
import { useNames } from "../parts/use-names.ts";

/** Where does it go? */
export function Destinations(): ReactNode {
  const destinations = useQuery(destinationsQuery);
  const { sourceNames } = useNames();
  const navigate = useNavigate();
  const add = (): void => void navigate({ to: "/catalog" });
  return (
    <Page
      title="Destinations"
      answer={destinations.data === undefined ? "Where does it go?" : <Answer list={destinations.data} />}
      actions={
        <Button variant="primary" icon={PlusIcon} onClick={add}>
          Add a destination
        </Button>
      }
    >
      <Loaded query={destinations} failure="The destinations could not be loaded">
        {(list) =>
          list.length === 0 ? (
            <Empty
              icon={<ArrowsSplitIcon size={40} className="text-kumo-inactive" />}
              title="No destinations yet"
              description="Each tool that receives what a source accepts will be listed here with what it got today."
              contents={
                <OwnersOnly>
                  <Button variant="primary" onClick={add}>
                    Add a destination
                  </Button>
                </OwnersOnly>
              }
            />
          ) : (
            <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
              <Table className="cards-on-phone">
                <Table.Header>
                  <Table.Row>
                    <Table.Head>Name</Table.Head>
                    <Table.Head>From</Table.Head>
                    <Table.Head className="text-right">Delivered</Table.Head>
                    <Table.Head className="text-right">Waiting</Table.Head>
                    <Table.Head className="text-right">Given up</Table.Head>
                    <Table.Head>State</Table.Head>
                  </Table.Row>
                </Table.Header>
                <Table.Body>
                  {list.map((destination) => (
                    <Row key={destination.id} destination={destination} from={sourceNames(destination.sourceIds)} />
                  ))}
                </Table.Body>
              </Table>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

function Answer({ list }: { list: readonly Destination[] }): ReactNode {
  const days = useDeliveries(list);
  if (list.length === 0)
    return "Nowhere yet: events are archived. A destination gets those that come after it was added.";
  const off = list.filter((destination) => !destination.enabled).length;
  return (
    <bdi>
      {areKnown(days) && `${deliveryAnswer(days)}. `}
      {off > 0 && `${count(off)} switched off. `}
      Counts are of the last 24 hours.
    </bdi>
  );
}

function Row({ destination, from }: { destination: Destination; from: string }): ReactNode {
  const metrics = useQuery(deliveryMetricsQuery(destination.id));
  const figure = (of: (metrics: DeliveryReport) => number): ReactNode =>
    metrics.data === undefined ? (
      metrics.isError ? (
        "?"
      ) : (
        <Bar className="inline-block w-10" />
      )
    ) : (
      count(of(metrics.data))
    );
  const colour = (n: number | undefined, warning: string): string => (n === undefined || n === 0 ? "" : warning);
  const kind = shortName(destination.metadata.name);
  const waiting = metrics.data?.waiting;
  return (
    <Table.Row>
      <Table.Cell className="max-w-80">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium" title={destination.name}>
            <TextLink href={`/destinations/${destination.id}`}>{destination.name}</TextLink>
          </span>
          {kind !== destination.name && <Badge variant="secondary">{kind}</Badge>}
        </span>
      </Table.Cell>
      <Table.Cell data-label="From" className="max-w-60">
        <bdi className="block truncate">{from}</bdi>
      </Table.Cell>
      <Table.Cell data-label="Delivered" className="text-right tabular-nums">
        <span>
          {metrics.data !== undefined && (
            <span className="text-kumo-subtle mr-2 text-sm">{successShare(dayOf(destination.name, metrics.data))}</span>
          )}
          {figure((data) => data.delivered)}
        </span>
      </Table.Cell>
      <Table.Cell data-label="Waiting" className="text-right tabular-nums">
        <span className={colour(waiting, "text-kumo-warning")}>{figure((data) => data.waiting)}</span>
      </Table.Cell>
      <Table.Cell data-label="Given up" className="text-right tabular-nums">
        <span className={colour(metrics.data && stillGivenUp(metrics.data), "text-kumo-danger")}>
          {figure(stillGivenUp)}
        </span>
      </Table.Cell>
      <Table.Cell data-label="State">
        <State destination={destination} />
      </Table.Cell>
    </Table.Row>
  );
}

const State = ({ destination: { enabled, paused } }: { destination: Destination }): ReactNode => {
  if (enabled && paused !== true) return "On";
  return <strong className="text-kumo-warning">{enabled ? "Paused" : "Off"}</strong>;
};
