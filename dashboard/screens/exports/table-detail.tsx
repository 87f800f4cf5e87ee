import { Badge } from "@cloudflare/kumo/components/badge";
import { Button } from "@cloudflare/kumo/components/button";
import { Table } from "@cloudflare/kumo/components/table";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { lakeRunsQuery, tablesQuery } from "../../api/export-queries.ts";
import type { WarehouseTable } from "../../api/export-types.ts";
import { sourceQuery } from "../../api/queries.ts";
import { byteSize } from "../../logic/byte-size.ts";
import { clip } from "../../logic/entry-text.ts";
import { type ColumnRow, columnRows, tableNotices } from "../../logic/export-tables.ts";
import { noticesOf, TABLE_KINDS } from "../../logic/export-words.ts";
import { progressOf } from "../../logic/exports.ts";
import { count, plural } from "../../logic/times.ts";
import { HourLabel } from "../../parts/hour-label.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { NotFound } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useRefetch } from "../../parts/use-refetch.ts";
import type { ExportsPart } from "../exports.tsx";
import { NoticeList } from "./notice-list.tsx";

const TypeDialog = lazy(() => import("./type-dialog.tsx"));
/** Columns drawn at first; a table may have 1,600. */
const STEP = 150;

interface TableDetailProps extends ExportsPart {
  readonly name: string;
}

/** One table: what fills it, its columns, and what was lost on the way. */
export default function TableDetail(props: TableDetailProps): ReactNode {
  const tables = useQuery(tablesQuery(props.sourceId));
  useRefetch(progressOf(props.state), () => void tables.refetch());
  return (
    <Loaded query={tables} failure="The table could not be loaded">
      {({ tables: list }) => {
        const table = list.find(({ name }) => name === props.name);
        return table === undefined ? <NotFound /> : <Detail {...props} table={table} />;
      }}
    </Loaded>
  );
}

function Detail({
  sourceId,
  state,
  search,
  onChange,
  table,
}: Omit<TableDetailProps, "name"> & { table: WarehouseTable }): ReactNode {
  const runs = useQuery(lakeRunsQuery(sourceId));
  useRefetch(progressOf(state), () => void runs.refetch());
  const source = useQuery(sourceQuery(sourceId));
  const { notices, hours } = noticesOf(runs.data ?? []);
  const leftOut = source.data?.settings.exports.excludedColumns[table.name] ?? [];
  const columns = columnRows(table, notices, leftOut);
  const said = tableNotices(table, notices);
  const changed = columns.find(({ name, fixed }) => name === search.column && fixed !== true);
  return (
    <div className="flex flex-col gap-5">
      <Head sourceId={sourceId} table={table} />
      {said.length > 0 && (
        <section aria-label="About the table" className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring">
          <NoticeList notices={said} />
        </section>
      )}
      <section aria-labelledby="columns">
        <h3 id="columns" className="font-semibold">
          {plural(columns.length, "column")}
        </h3>
        <p className="text-kumo-subtle mb-3 text-sm">
          {runs.isError
            ? "What was lost could not be loaded."
            : hours === 0
              ? "No hour was exported lately."
              : `Notices are of the ${hours === 1 ? "hour" : `${count(hours)} hours`} exported last.`}{" "}
          Columns that come from the call itself have a fixed type.
        </p>
        <Columns columns={columns} onType={(column) => onChange({ column })} />
      </section>
      {changed !== undefined && (
        <Suspense>
          <TypeDialog
            sourceId={sourceId}
            table={table.name}
            column={changed}
            onClose={() => onChange({ column: "" })}
          />
        </Suspense>
      )}
    </div>
  );
}

function Head({ sourceId, table }: { sourceId: string; table: WarehouseTable }): ReactNode {
  const { name, kind, eventNames, rows, files, bytes, firstHour, lastHour } = table;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <nav aria-label="Back" className="text-sm">
        <TextLink href={`/sources/${sourceId}/exports`}>All tables</TextLink>
      </nav>
      <h2 className="font-mono text-lg font-semibold break-all">{name}</h2>
      <p className="text-kumo-subtle text-sm wrap-anywhere">
        {kind === "event" ? "Holds one row for each track call named " : `Holds ${TABLE_KINDS[kind]}`}
        {eventNames.map((one, at) => (
          <span key={one}>
            {at > 0 && ", "}“<bdi>{clip(one, 120)}</bdi>”
          </span>
        ))}
        . {plural(rows, "row")} in {plural(files, "file")}, {byteSize(bytes)}
        {firstHour !== undefined && lastHour !== undefined && (
          <>
            , from <HourLabel at={firstHour} /> to <HourLabel at={lastHour} /> UTC
          </>
        )}
        .{" "}
        <TextLink href={`/sources/${sourceId}/exports?${new URLSearchParams({ view: "query", only: name })}`}>
          Query it
        </TextLink>
      </p>
    </div>
  );
}

interface ColumnsProps {
  readonly columns: readonly ColumnRow[];
  readonly onType: (column: string) => void;
}

function Columns({ columns, onType }: ColumnsProps): ReactNode {
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
        <Table className="cards-on-phone">
          <Table.Header>
            <Table.Row>
              <Table.Head className="w-1/3">Column</Table.Head>
              <Table.Head>Type</Table.Head>
              <Table.Head className="w-1/2">Notices</Table.Head>
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {columns.slice(0, shown).map((column) => (
              <ColumnLine key={column.name} column={column} onType={onType} />
            ))}
          </Table.Body>
        </Table>
      </div>
      {columns.length > shown && (
        <Button className="mt-3" onClick={() => setShown(columns.length)}>
          Show all {count(columns.length)}
        </Button>
      )}
    </>
  );
}

function ColumnLine({ column, onType }: Pick<ColumnsProps, "onType"> & { column: ColumnRow }): ReactNode {
  const { name, type, fixed, notices, isLeftOut } = column;
  return (
    <Table.Row>
      <Table.Cell className="max-w-80">
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="min-w-0 font-mono text-sm break-all">{name}</span>
          {isLeftOut && <Badge variant="warning">left out</Badge>}
        </span>
      </Table.Cell>
      <Table.Cell data-label="Type">
        <span className="flex flex-wrap items-center gap-2">
          <span className={fixed === true ? "text-kumo-subtle" : ""}>{type}</span>
          {fixed !== true && (
            <Button size="sm" variant="ghost" aria-label={`Change the type of ${name}`} onClick={() => onType(name)}>
              Change…
            </Button>
          )}
        </span>
      </Table.Cell>
      <Table.Cell {...(notices.length > 0 ? { "data-wide": "" } : { className: "max-md:hidden!" })}>
        <div className="min-w-0 text-left">{notices.length > 0 && <NoticeList notices={notices} />}</div>
      </Table.Cell>
    </Table.Row>
  );
}
