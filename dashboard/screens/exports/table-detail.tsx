import { Switch } from "@cloudflare/kumo/components/switch";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import { tablesQuery } from "../../api/export-queries.ts";
import type { WarehouseTable } from "../../api/export-types.ts";
import { byteSize } from "../../logic/byte-size.ts";
import { clip } from "../../logic/entry-text.ts";
import { columnRows, countedOver, tableNotices } from "../../logic/export-tables.ts";
import { TABLE_KINDS } from "../../logic/export-words.ts";
import { progressOf } from "../../logic/exports.ts";
import { plural } from "../../logic/times.ts";
import { HourLabel } from "../../parts/hour-label.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { NotFound } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useOwner } from "../../parts/use-owner.ts";
import { useRefetch } from "../../parts/use-refetch.ts";
import type { ExportsPart } from "../exports.tsx";
import { NoticeList } from "./notice-list.tsx";
import { Columns } from "./table-columns.tsx";
import { type Exclusions, useExclusion } from "./use-exclusion.ts";
import { useNotices } from "./use-notices.ts";

const TypeDialog = lazy(() => import("./type-dialog.tsx"));

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
  const exclusion = useExclusion(sourceId);
  const { notices, hours, isError } = useNotices(sourceId, state);
  const columns = columnRows(table, notices, exclusion.columnsOut(table.name));
  const said = tableNotices(table, notices);
  const changed = columns.find(({ name, fixed }) => name === search.column && fixed !== true);
  return (
    <div className="flex flex-col gap-5">
      <Head sourceId={sourceId} table={table} exclusion={exclusion} />
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
          {isError
            ? "What was lost could not be loaded."
            : hours === 0
              ? "No hour was exported lately."
              : `Notices are counted over ${countedOver(hours)}.`}{" "}
          Columns that come from the call itself have a fixed type. What is left out or taken in holds from the next
          export on; make hours again to change those that are published.
        </p>
        <Columns table={table.name} columns={columns} exclusion={exclusion} onType={(column) => onChange({ column })} />
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

interface HeadProps {
  readonly sourceId: string;
  readonly table: WarehouseTable;
  readonly exclusion: Exclusions;
}

function Head({ sourceId, table, exclusion }: HeadProps): ReactNode {
  const { name, kind, eventNames, rows, files, bytes, firstHour, lastHour } = table;
  const owner = useOwner();
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
      {exclusion.known && (
        <Switch
          label={exclusion.isOut(name) ? "Left out of the exports" : "Exported"}
          checked={!exclusion.isOut(name)}
          disabled={!owner || exclusion.save.isPending}
          onCheckedChange={(on) => exclusion.save.mutate({ table: name, out: !on })}
        />
      )}
      {exclusion.save.isError && (
        <p role="alert" className="text-kumo-danger text-sm">
          {exclusion.save.error.message}
        </p>
      )}
    </div>
  );
}
