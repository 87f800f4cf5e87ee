import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { Input } from "@cloudflare/kumo/components/input";
import { Table } from "@cloudflare/kumo/components/table";
import { TableIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useState } from "react";
import { isBusy, tablesQuery } from "../../api/export-queries.ts";
import type { ExportState, WarehouseTable } from "../../api/export-types.ts";
import { sourceQuery, workspaceVolumeQuery } from "../../api/queries.ts";
import { countedOver, lostByTable, tablesMatching } from "../../logic/export-tables.ts";
import { progressOf } from "../../logic/exports.ts";
import { volumeOf } from "../../logic/overview.ts";
import { count, plural } from "../../logic/times.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useRefetch } from "../../parts/use-refetch.ts";
import { useSearchKey } from "../../parts/use-search-key.ts";
import type { ExportsPart } from "../exports.tsx";
import { TableRow } from "./table-row.tsx";
import { useNotices } from "./use-notices.ts";

/** Rows drawn at once; a source may have 5,000 tables. */
const STEP = 100;

/** The tables of the source's schema. */
export default function Tables({ sourceId, state, search, onChange }: ExportsPart): ReactNode {
  const tables = useQuery(tablesQuery(sourceId));
  useRefetch(progressOf(state), () => void tables.refetch());
  return (
    <Loaded query={tables} failure="The tables could not be loaded">
      {({ tables: list }) =>
        list.length === 0 ? (
          <NoTables sourceId={sourceId} state={state} />
        ) : (
          <TableList
            sourceId={sourceId}
            state={state}
            tables={list}
            text={search.q ?? ""}
            onText={(text) => onChange({ q: text })}
          />
        )
      }
    </Loaded>
  );
}

function NoTables({ sourceId, state }: { sourceId: string; state: ExportState }): ReactNode {
  const volume = useQuery(workspaceVolumeQuery);
  const unheard = volume.data !== undefined && volumeOf(volume.data, sourceId).lastEventAt === null;
  const [title, description] = !state.enabled
    ? ["No tables", "Switch exports on in the settings: every event of the archive then becomes a row."]
    : isBusy(state)
      ? ["The first tables are being made", "They show here as soon as their first hour is published."]
      : [
          "No tables yet",
          "Each event name becomes a table, and each property a column, some minutes after the hour's end. “Export now” does not wait for it.",
        ];
  return (
    <Empty
      icon={<TableIcon size={40} className="text-kumo-inactive" />}
      title={title}
      description={description}
      {...(unheard && state.enabled
        ? { contents: <TextLink href={`/sources/${sourceId}/setup`}>Connect the source first</TextLink> }
        : {})}
    />
  );
}

interface TableListProps extends Pick<ExportsPart, "sourceId" | "state"> {
  readonly tables: readonly WarehouseTable[];
  readonly text: string;
  readonly onText: (text: string) => void;
}

function TableList({ sourceId, state, tables, text, onText }: TableListProps): ReactNode {
  const [typed, setTyped] = useState(text);
  const [shown, setShown] = useState(STEP);
  const box = useSearchKey();
  const wanted = useDeferredValue(typed);
  const found = tablesMatching(tables, wanted);
  const source = useQuery(sourceQuery(sourceId));
  const left = new Set(source.data?.settings.exports.excludedTables);
  const { notices, hours, isError } = useNotices(sourceId, state);
  const lost = lostByTable(notices);
  return (
    <div className="flex flex-col gap-3">
      {(tables.length > 8 || text !== "") && (
        <Input
          ref={box}
          type="search"
          aria-label="Search the tables"
          placeholder="Search by table, event name or column  /"
          className="w-full"
          maxLength={100}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            onText(event.target.value);
          }}
        />
      )}
      {found.length < tables.length && (
        <p role="status" className="text-kumo-subtle text-sm">
          {count(found.length)} of {plural(tables.length, "table")}
        </p>
      )}
      {lost.size > 0 && (
        <p className="text-kumo-subtle text-sm">
          “Lost” counts values over {countedOver(hours)}. Open a table to see which, and why.
        </p>
      )}
      {isError && <p className="text-kumo-subtle text-sm">What was lost could not be loaded.</p>}
      {found.length > 0 && (
        <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
          <Table className="cards-on-phone">
            <Table.Header>
              <Table.Row>
                <Table.Head>Table</Table.Head>
                <Table.Head>Holds</Table.Head>
                <Table.Head className="text-right">Rows</Table.Head>
                <Table.Head className="text-right">Columns</Table.Head>
                <Table.Head className="text-right">Files</Table.Head>
                <Table.Head className="text-right">Last hour (UTC)</Table.Head>
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {found.slice(0, shown).map((table) => (
                <TableRow
                  key={table.name}
                  sourceId={sourceId}
                  table={table}
                  isLeftOut={left.has(table.name)}
                  lost={lost.get(table.name) ?? 0}
                />
              ))}
            </Table.Body>
          </Table>
        </div>
      )}
      {found.length > shown && (
        <Button className="self-start" onClick={() => setShown(shown + STEP)}>
          Show {count(Math.min(STEP, found.length - shown))} more of {count(found.length)}
        </Button>
      )}
    </div>
  );
}
