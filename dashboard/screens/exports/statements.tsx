import { Empty } from "@cloudflare/kumo/components/empty";
import { DatabaseIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { sourceQuery } from "../../api/queries.ts";
import { queryLine } from "../../logic/statement-choice.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { Bar } from "../../parts/page-states.tsx";
import type { ExportsPart } from "../exports.tsx";
import { Script } from "./script.tsx";

/** How do I query it? */
export default function Statements({ sourceId, state, search, onChange }: ExportsPart): ReactNode {
  if (state.schema === null) {
    return (
      <Empty
        icon={<DatabaseIcon size={40} className="text-kumo-inactive" />}
        title="Nothing to query yet"
        description="Once the first hour is published, ready-made statements for DuckDB, ClickHouse, Snowflake, BigQuery, Redshift, Athena, Spark and PostgreSQL stand here, with the real tables and columns."
      />
    );
  }
  return (
    <div className="flex flex-col gap-8">
      <Part
        title="On this machine"
        help="DuckDB over the published files, from Inlet’s folder. Only files that are not there yet are fetched."
      >
        <LocalLines sourceId={sourceId} table={search.only} />
      </Part>
      <Part
        title="With your own engine"
        help="The statements name the real tables, columns and files. They hold no secrets: what an engine has to be told once stands at the top as a comment."
      >
        <Script sourceId={sourceId} search={search} onChange={onChange} />
      </Part>
    </div>
  );
}

function Part({ title, help, children }: { title: string; help: string; children: ReactNode }): ReactNode {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="flex min-w-0 flex-col gap-3">
      <div>
        <h2 id={heading} className="font-semibold">
          {title}
        </h2>
        <p className="text-kumo-subtle text-sm">{help}</p>
      </div>
      {children}
    </section>
  );
}

function LocalLines({ sourceId, table }: { sourceId: string; table: string | undefined }): ReactNode {
  const source = useQuery(sourceQuery(sourceId));
  if (source.data === undefined) return <Bar className="w-80 max-w-full" />;
  const { slug } = source.data;
  const sql =
    table === undefined
      ? "SELECT event, count(*) AS events FROM tracks GROUP BY event ORDER BY events DESC"
      : `SELECT * FROM ${table} ORDER BY received_at DESC LIMIT 20`;
  return <CodeView wrap label="the line" title="npm run query" code={queryLine(window.location.origin, slug, sql)} />;
}
