import { Banner } from "@cloudflare/kumo/components/banner";
import { Input } from "@cloudflare/kumo/components/input";
import { DownloadSimpleIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type StatementQuestion, statementsPath, statementsQuery, tablesQuery } from "../../api/export-queries.ts";
import { sourceQuery } from "../../api/queries.ts";
import { curlLine, ENGINES, FORM_WORDS, mayList, statementChoice } from "../../logic/statement-choice.ts";
import { Choice } from "../../parts/choice.tsx";
import { CodeView } from "../../parts/code-view.tsx";
import { problemsOf } from "../../parts/form-problems.ts";
import { Bar, ErrorCard } from "../../parts/page-states.tsx";
import { Segments } from "../../parts/segments.tsx";
import { Sideways } from "../../parts/sideways.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useRested } from "../../parts/use-rested.ts";
import type { ExportsPart } from "../exports.tsx";

/** Long enough that a base address is typed in peace. */
const REST_MS = 400;

type ScriptProps = Pick<ExportsPart, "sourceId" | "search" | "onChange">;

/** The statements for one engine, with what they can be asked for with. */
export function Script({ sourceId, search, onChange }: ScriptProps): ReactNode {
  const { engine, form, base, listed } = statementChoice(search);
  const [typed, setTyped] = useState(search.base);
  const tables = useQuery(tablesQuery(sourceId)).data?.tables ?? [];
  const shownBase = typed ?? engine.base;
  const question: StatementQuestion = {
    dialect: engine.id,
    as: form,
    base: useRested(base, REST_MS),
    table: search.only,
    files: listed ? "listed" : undefined,
  };
  const script = useQuery(statementsQuery(sourceId, question));
  const problems = problemsOf(script.error, ["base", "as", "files", "table"]);
  const path = statementsPath(sourceId, question);
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <Sideways pressed={engine.id}>
        <Segments
          label="Engine"
          value={engine.id}
          choices={ENGINES.map(({ id, name }) => [id, name] as const)}
          onChange={(id) => {
            setTyped(undefined);
            onChange({ engine: id, as: "", base: "", files: "" });
          }}
        />
      </Sideways>
      {engine.note !== undefined && <Banner size="sm" variant="secondary" description={engine.note} />}
      <div className="ring-kumo-hairline bg-kumo-base grid gap-4 rounded-lg p-4 ring sm:grid-cols-2">
        <Choice
          label="Form"
          value={form}
          choices={engine.forms.map((one) => [one, FORM_WORDS[one]] as const)}
          error={problems.fields["as"]}
          onChange={(as) => onChange({ as })}
        />
        <Choice
          label="Tables"
          value={search.only ?? ""}
          choices={[["", "All tables"], ...tables.map(({ name }) => [name, name] as const)]}
          error={problems.fields["table"]}
          onChange={(only) => onChange({ only })}
        />
        <Input
          label="Where the files lie"
          description={`The bucket, a copy of it, or a folder. Usually ${engine.base}`}
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-sm"
          value={shownBase}
          error={problems.fields["base"]}
          onChange={(event) => {
            setTyped(event.target.value);
            onChange({ base: event.target.value });
          }}
        />
        {mayList(engine, form) && (
          <Choice
            label="Files"
            description={
              listed
                ? "Opens a long history faster; ask again to see later hours."
                : "Each run reads the manifests anew, and so sees every hour that is published then."
            }
            value={listed ? "listed" : "manifests"}
            choices={[
              ["manifests", "Found when it runs"],
              ["listed", "Listed in the script"],
            ]}
            error={problems.fields["files"]}
            onChange={(files) => onChange({ files: files === "listed" ? "listed" : "" })}
          />
        )}
      </div>
      {form === "iceberg" && <IcebergNote sourceId={sourceId} />}
      {script.isError ? (
        problems.general.length > 0 && (
          <ErrorCard
            error={script.error}
            what="The statements could not be written"
            retry={() => void script.refetch()}
          />
        )
      ) : script.data === undefined ? (
        <Bar className="h-40 w-full" />
      ) : (
        <div className={script.isPlaceholderData ? "opacity-60" : ""}>
          <CodeView
            label="the statements"
            title={`${engine.file}, run with: ${engine.run}`}
            code={script.data === "" ? "-- No table has files yet.\n" : script.data}
          />
          <p className="mt-2 text-sm">
            <a
              href={`/api${path}`}
              download={form === "files" ? "files.txt" : engine.file}
              className="text-kumo-link inline-flex items-center gap-1"
            >
              <DownloadSimpleIcon aria-hidden /> Download
            </a>
          </p>
        </div>
      )}
      {!script.isError && (
        <CodeView
          wrap
          label="the command"
          title="The same by API, with an API token"
          code={curlLine(window.location.origin, path, form === "files" ? "files.txt" : engine.file)}
        />
      )}
    </div>
  );
}

/** The script would name tables that are not there. */
function IcebergNote({ sourceId }: { sourceId: string }): ReactNode {
  const source = useQuery(sourceQuery(sourceId));
  if (source.data === undefined || source.data.settings.exports.iceberg) return null;
  return (
    <Banner
      size="sm"
      variant="alert"
      description={
        <>
          This source has no Iceberg tables: switch them on in the{" "}
          <TextLink href={`/sources/${sourceId}/exports?view=settings`}>settings of its exports</TextLink> first.
        </>
      }
    />
  );
}
