import { Badge } from "@cloudflare/kumo/components/badge";
import { Button } from "@cloudflare/kumo/components/button";
import { Table } from "@cloudflare/kumo/components/table";
import { type ReactNode, useState } from "react";
import { mayLeaveOut } from "../../logic/export-rules.ts";
import type { ColumnRow } from "../../logic/export-tables.ts";
import { count } from "../../logic/times.ts";
import { OwnersOnly } from "../../parts/owners-only.tsx";
import { NoticeList } from "./notice-list.tsx";
import type { Exclusions } from "./use-exclusion.ts";

/** Columns drawn at first; a table may have 1,600. */
const STEP = 150;

interface ColumnsProps {
  readonly table: string;
  readonly exclusion: Exclusions;
  readonly columns: readonly ColumnRow[];
  readonly onType: (column: string) => void;
}

/** The columns of a table with their types, what was lost in them, and whether they are exported. */
export function Columns({ columns, ...rest }: ColumnsProps): ReactNode {
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
        <Table className="cards-on-phone">
          <Table.Header>
            <Table.Row>
              <Table.Head className="w-1/4">Column</Table.Head>
              <Table.Head>Type</Table.Head>
              <Table.Head className="w-1/2">Notices</Table.Head>
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {columns.slice(0, shown).map((column) => (
              <ColumnLine key={column.name} column={column} {...rest} />
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

interface ColumnLineProps extends Omit<ColumnsProps, "columns"> {
  readonly column: ColumnRow;
}

function ColumnLine({ table, column, exclusion, onType }: ColumnLineProps): ReactNode {
  const { save } = exclusion;
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
        <span className="flex flex-wrap items-center justify-end gap-x-1 md:grid md:grid-cols-[5.5rem_5.5rem_5.5rem] md:justify-start md:justify-items-start">
          <span className={fixed === true ? "text-kumo-subtle" : ""}>{type}</span>
          <OwnersOnly>
            {fixed !== true && (
              <Button size="sm" variant="ghost" aria-label={`Change the type of ${name}`} onClick={() => onType(name)}>
                Change…
              </Button>
            )}
            {exclusion.known && mayLeaveOut(name) && (
              <Button
                size="sm"
                variant="ghost"
                className="md:col-start-3"
                aria-label={`${isLeftOut ? "Take in" : "Leave out"} ${name}`}
                loading={save.isPending && save.variables.column === name}
                disabled={save.isPending}
                onClick={() => save.mutate({ table, column: name, out: !isLeftOut })}
              >
                {isLeftOut ? "Take in" : "Leave out"}
              </Button>
            )}
          </OwnersOnly>
        </span>
      </Table.Cell>
      <Table.Cell className={notices.length === 0 ? "max-md:hidden!" : ""}>
        <div className="min-w-0 text-left">{notices.length > 0 && <NoticeList notices={notices} />}</div>
      </Table.Cell>
    </Table.Row>
  );
}
