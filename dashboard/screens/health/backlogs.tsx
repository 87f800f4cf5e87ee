import { Table } from "@cloudflare/kumo/components/table";
import type { ReactNode } from "react";
import type { Health } from "../../api/operate-types.ts";
import { byteSize } from "../../logic/byte-size.ts";
import { count, share } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { useNames } from "../../parts/use-names.ts";
import { When } from "../../parts/when.tsx";

/** Rows of one table; a workspace may have hundreds of shards, of which those that hold something come first. */
const SHOWN = 50;

/** Where events are at this moment. */
export function Backlogs({ health: { shards, destinations } }: { health: Health }): ReactNode {
  const names = useNames();
  const full = shards.toSorted((a, b) => weight(b) - weight(a)).slice(0, SHOWN);
  const slow = destinations.toSorted((a, b) => b.waiting - a.waiting).slice(0, SHOWN);
  return (
    <>
      <Sheet
        title="Waiting for destinations"
        help="Deliveries that have not ended yet, and what the last day’s came to."
        empty="There are no destinations yet."
        heads={["Destination", "Waiting", "Oldest", "Last day"]}
        hidden={destinations.length - slow.length}
      >
        {slow.map(({ destinationId, waiting, retrying, oldestUndeliveredAt, deliveredLastDay, abandonedLastDay }) => (
          <Table.Row key={destinationId}>
            <Table.Cell className="max-w-80">
              <span className="block truncate">
                <TextLink href={`/destinations/${destinationId}/delivery`}>
                  <bdi>{names.destinationName(destinationId)}</bdi>
                </TextLink>
              </span>
            </Table.Cell>
            <Table.Cell data-label="Waiting">
              <span>
                {count(waiting)}
                {retrying > 0 && <span className="text-kumo-subtle"> ({count(retrying)} failed before)</span>}
              </span>
            </Table.Cell>
            <Table.Cell data-label="Oldest">
              {oldestUndeliveredAt === undefined ? "–" : <When at={oldestUndeliveredAt} />}
            </Table.Cell>
            <Table.Cell data-label="Last day">
              <span>
                {count(deliveredLastDay)} delivered
                {abandonedLastDay > 0 &&
                  `, ${count(abandonedLastDay)} given up (${share(abandonedLastDay, deliveredLastDay + abandonedLastDay)})`}
              </span>
            </Table.Cell>
          </Table.Row>
        ))}
      </Sheet>
      <Sheet
        title="Waiting in Intake"
        help="Events that are acknowledged and gathered for the archive, and segments (files of them) that destinations have not been handed yet. By default both are gone within seconds."
        empty="There are no sources yet."
        heads={["Source", "Events", "Oldest", "Segments to hand over"]}
        hidden={shards.length - full.length}
      >
        {full.map(({ sourceId, shard, waitingEvents, waitingBytes, oldestWaitingAt, unconfirmedSegments }) => (
          <Table.Row key={`${sourceId}:${shard}`}>
            <Table.Cell className="max-w-80">
              <span className="block truncate">
                <TextLink href={`/sources/${sourceId}/debugger`}>
                  <bdi>{names.sourceName(sourceId)}</bdi>
                </TextLink>
                {shards.some((one) => one.sourceId === sourceId && one.shard !== shard) && (
                  <span className="text-kumo-subtle"> shard {shard}</span>
                )}
              </span>
            </Table.Cell>
            <Table.Cell data-label="Events">
              <span>
                {count(waitingEvents)}
                {waitingBytes > 0 && <span className="text-kumo-subtle"> ({byteSize(waitingBytes)})</span>}
              </span>
            </Table.Cell>
            <Table.Cell data-label="Oldest">
              {oldestWaitingAt === undefined ? "–" : <When at={oldestWaitingAt} />}
            </Table.Cell>
            <Table.Cell data-label="Segments to hand over">{count(unconfirmedSegments)}</Table.Cell>
          </Table.Row>
        ))}
      </Sheet>
    </>
  );
}

const weight = ({ waitingEvents, unconfirmedSegments }: Health["shards"][number]): number =>
  waitingEvents + 1000 * unconfirmedSegments;

interface SheetProps {
  readonly title: string;
  readonly help: string;
  readonly empty: string;
  readonly heads: readonly string[];
  readonly hidden: number;
  readonly children: readonly ReactNode[];
}

const Sheet = ({ title, help, empty, heads, hidden, children }: SheetProps): ReactNode => (
  <section aria-label={title} className="flex flex-col gap-2">
    <div>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="text-kumo-subtle text-sm">{help}</p>
    </div>
    {children.length === 0 ? (
      <p className="text-kumo-subtle">{empty}</p>
    ) : (
      <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
        <Table className="cards-on-phone">
          <Table.Header>
            <Table.Row>
              {heads.map((head) => (
                <Table.Head key={head}>{head}</Table.Head>
              ))}
            </Table.Row>
          </Table.Header>
          <Table.Body>{children}</Table.Body>
        </Table>
      </div>
    )}
    {hidden > 0 && <p className="text-kumo-subtle text-sm">{count(hidden)} more hold less.</p>}
  </section>
);
