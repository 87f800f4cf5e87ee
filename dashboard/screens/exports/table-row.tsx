import { Badge } from "@cloudflare/kumo/components/badge";
import { Table } from "@cloudflare/kumo/components/table";
import type { ReactNode } from "react";
import type { WarehouseTable } from "../../api/export-types.ts";
import { byteSize } from "../../logic/byte-size.ts";
import { clip } from "../../logic/entry-text.ts";
import { TABLE_KINDS } from "../../logic/export-words.ts";
import { count } from "../../logic/times.ts";
import { HourLabel } from "../../parts/hour-label.tsx";
import { TextLink } from "../../parts/text-link.tsx";

interface TableRowProps {
  readonly sourceId: string;
  readonly table: WarehouseTable;
  readonly isLeftOut: boolean;
  /** Values, of the latest runs. */
  readonly lost: number;
}

/** One table of the list: what is in it, and whether values of it were lost. */
export function TableRow({ sourceId, table, isLeftOut, lost }: TableRowProps): ReactNode {
  const { name, kind, eventNames, columns, rows, files, bytes, lastHour } = table;
  return (
    <Table.Row>
      <Table.Cell className="max-w-80">
        <span className="flex min-w-0 items-center gap-2">
          <span className="min-w-0 truncate font-mono text-sm" title={name}>
            <TextLink href={`/sources/${sourceId}/exports?${new URLSearchParams({ table: name })}`}>{name}</TextLink>
          </span>
          {isLeftOut && <Badge variant="warning">left out</Badge>}
          {lost > 0 && <Badge variant="warning">{count(lost)} lost</Badge>}
        </span>
      </Table.Cell>
      <Table.Cell data-label="Holds" className="max-w-60">
        {kind === "event" ? (
          <bdi className="block truncate" title={eventNames.map((one) => clip(one, 80)).join(" · ")}>
            {clip(eventNames[0] ?? "", 60)}
            {eventNames.length > 1 && <span className="text-kumo-subtle"> +{eventNames.length - 1}</span>}
          </bdi>
        ) : (
          <span className="text-kumo-subtle">{TABLE_KINDS[kind]}</span>
        )}
      </Table.Cell>
      <Table.Cell data-label="Rows" className="text-right tabular-nums">
        {count(rows)}
      </Table.Cell>
      <Table.Cell data-label="Columns" className="text-right tabular-nums">
        {count(columns.length)}
      </Table.Cell>
      <Table.Cell data-label="Files" className="text-right tabular-nums">
        <span>
          {count(files)} <span className="text-kumo-subtle text-sm">{byteSize(bytes)}</span>
        </span>
      </Table.Cell>
      <Table.Cell data-label="Last hour (UTC)" className="text-right">
        {lastHour === undefined ? <span className="text-kumo-subtle">–</span> : <HourLabel at={lastHour} />}
      </Table.Cell>
    </Table.Row>
  );
}
