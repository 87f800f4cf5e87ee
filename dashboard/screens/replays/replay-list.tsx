import { Table } from "@cloudflare/kumo/components/table";
import type { ReactNode } from "react";
import type { ListedReplay } from "../../api/replay-types.ts";
import { windowText } from "../../logic/replay-range.ts";
import { doneShare, progressWords, scopeWords, titleOf } from "../../logic/replays.ts";
import { ProgressBar } from "../../parts/progress-bar.tsx";
import { ReplayWord } from "../../parts/replay-word.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useNames } from "../../parts/use-names.ts";
import { When } from "../../parts/when.tsx";

/** Replays, the newest first, each with how far it is. */
export const ReplayList = ({ replays }: { replays: readonly ListedReplay[] }): ReactNode => (
  <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
    <Table className="cards-on-phone">
      <Table.Header>
        <Table.Row>
          <Table.Head>Replay</Table.Head>
          <Table.Head>From, to</Table.Head>
          <Table.Head>Received</Table.Head>
          <Table.Head>State</Table.Head>
        </Table.Row>
      </Table.Header>
      <Table.Body>
        {replays.map((replay) => (
          <Row key={replay.id} replay={replay} />
        ))}
      </Table.Body>
    </Table>
  </div>
);

function Row({ replay }: { replay: ListedReplay }): ReactNode {
  const { id, name, sourceId, destinationIds, startTime, endTime, createdAt } = replay;
  const { sourceName, destinationNames } = useNames();
  const to = destinationNames(destinationIds);
  return (
    <Table.Row>
      <Table.Cell className="max-w-72">
        <span className="flex min-w-0 flex-col max-md:text-left">
          <span className="truncate font-medium" title={titleOf(replay)}>
            <TextLink href={`/replays/${id}`}>{titleOf(replay)}</TextLink>
          </span>
          <span className="text-kumo-subtle truncate text-sm">
            {name !== undefined && <bdi>{scopeWords(replay)}, </bdi>}
            <When at={createdAt} />
          </span>
        </span>
      </Table.Cell>
      <Table.Cell data-label="From, to" className="max-w-56">
        <span className="flex min-w-0 flex-col">
          <bdi className="truncate">{sourceName(sourceId)}</bdi>
          <span className="truncate" title={to}>
            <span className="text-kumo-subtle">to</span> <bdi>{to}</bdi>
          </span>
        </span>
      </Table.Cell>
      <Table.Cell data-label="Received" className="tabular-nums md:w-44">
        {windowText(startTime, endTime)}
      </Table.Cell>
      <Table.Cell data-label="State" className="md:w-64">
        <Progress replay={replay} />
      </Table.Cell>
    </Table.Row>
  );
}

const COLOURS = { checking: "text-kumo-info", failed: "text-kumo-danger", cancelled: "text-kumo-inactive" } as const;

function Progress({ replay }: { replay: ListedReplay }): ReactNode {
  const share = doneShare(replay);
  const colours: Partial<Record<typeof replay.status, string>> = COLOURS;
  const colour = colours[replay.status] ?? "text-kumo-success";
  return (
    <span className="flex w-56 max-w-full min-w-0 flex-col gap-1 max-md:items-end">
      <ReplayWord status={replay.status} />
      {share !== undefined && (
        <span className="block w-full">
          <ProgressBar label={`Progress of ${titleOf(replay)}`} parts={[{ name: "done", share, colour }]} />
        </span>
      )}
      <span className="text-kumo-subtle text-sm tabular-nums">{progressWords(replay)}</span>
    </span>
  );
}
