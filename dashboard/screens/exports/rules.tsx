import { Input, InputArea } from "@cloudflare/kumo/components/input";
import { Switch } from "@cloudflare/kumo/components/switch";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../../api/client.ts";
import { refreshExports } from "../../api/export-queries.ts";
import { sourceQuery } from "../../api/queries.ts";
import type { Source, SourceSettings } from "../../api/types.ts";
import { columnLines, columnsIn, namesIn } from "../../logic/export-rules.ts";
import { DraftForm } from "../../parts/draft-form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Section } from "../../parts/page.tsx";
import { NumberInput } from "../settings/collecting.tsx";
import { useSaveSettings } from "../settings/save.ts";

type Rules = SourceSettings["exports"];

interface ExportRulesProps {
  readonly sourceId: string;
  /** `null` until the first export has fixed it. */
  readonly schema: string | null;
}

/** What is exported, under which names, in which forms. */
export default function ExportRules({ sourceId, schema }: ExportRulesProps): ReactNode {
  const source = useQuery(sourceQuery(sourceId));
  return (
    <Loaded query={source} failure="The settings could not be loaded">
      {(loaded) => (
        <div key={loaded.id} className="flex flex-col">
          <Section
            title="Running"
            help="While it is off the archive keeps every event; hours that were missed are made once it is on again."
          >
            <Running source={loaded} />
          </Section>
          <Section title="Schema" help="Named once: warehouses and statements know the tables by it.">
            <Schema source={loaded} schema={schema} />
          </Section>
          <Section title="Forms" help="Parquet by the hour is always written.">
            <Forms source={loaded} />
          </Section>
          <Section
            title="What is left out"
            help="Holds for hours exported from now on. To change those that are published, make them again."
          >
            <Selection source={loaded} />
          </Section>
        </div>
      )}
    </Loaded>
  );
}

/** Saves a part of the rules, and looks at the exports again. */
function useSaveRules<T extends object = Partial<Rules>>(source: Source, toRules?: (edited: T) => Partial<Rules>) {
  const save = useSaveSettings(source, (edited: T) => ({
    exports: toRules === undefined ? (edited as Partial<Rules>) : toRules(edited),
  }));
  return {
    ...save,
    mutate: (edited: T) => save.mutate(edited, { onSuccess: () => refreshExports(source.id) }),
  };
}

function Running({ source }: { source: Source }): ReactNode {
  const { enabled } = source.settings.exports;
  return (
    <DraftForm saved={{ enabled }} fields={[]} save={useSaveRules<{ enabled: boolean }>(source)}>
      {({ value, set }) => (
        <Switch
          label={value.enabled ? "Every hour is exported" : "Nothing is exported"}
          checked={value.enabled}
          onCheckedChange={(on) => set({ enabled: on })}
        />
      )}
    </DraftForm>
  );
}

function Schema({ source, schema }: { source: Source; schema: string | null }): ReactNode {
  const wished = source.settings.exports.schema;
  const save = useSaveRules(source, ({ name }: { name: string }) => ({
    schema: name.trim() === "" ? null : name.trim(),
  }));
  if (schema !== null) {
    return (
      <p>
        <code className="font-mono break-all">{schema}</code>
        <span className="text-kumo-subtle"> since the first export; it stays.</span>
      </p>
    );
  }
  return (
    <DraftForm saved={{ name: wished ?? "" }} fields={["exports.schema"]} save={save}>
      {({ value, set }, errors) => (
        <Input
          label="Schema name"
          description="Lower-case letters, digits and _, at most 63. Empty: made from the source’s slug by the first export."
          placeholder={source.slug.replaceAll("-", "_")}
          spellCheck={false}
          autoComplete="off"
          maxLength={63}
          className="font-mono"
          value={value.name}
          error={errors["exports.schema"]}
          onChange={(event) => set({ name: event.target.value })}
        />
      )}
    </DraftForm>
  );
}

function Forms({ source }: { source: Source }): ReactNode {
  const { ndjson, iceberg } = source.settings.exports;
  return (
    <DraftForm
      saved={{ ndjson, iceberg }}
      fields={[]}
      save={useSaveRules<{ ndjson: boolean; iceberg: boolean }>(source)}
    >
      {({ value, set }) => (
        <>
          <div>
            <Switch label="NDJSON too" checked={value.ndjson} onCheckedChange={(on) => set({ ndjson: on })} />
            <p className="text-kumo-subtle mt-1 text-sm">
              Each hour as gzip NDJSON with whole events, in the folder layout of Segment’s S3 destination.
            </p>
          </div>
          <div>
            <Switch label="Iceberg too" checked={value.iceberg} onCheckedChange={(on) => set({ iceberg: on })} />
            <p className="text-kumo-subtle mt-1 text-sm">
              Each table also as an Apache Iceberg table over the same files. Replaced files are kept a day longer.
            </p>
          </div>
        </>
      )}
    </DraftForm>
  );
}

interface Texts {
  readonly maxColumns: number;
  readonly tables: string;
  readonly columns: string;
}

function rulesOf({ maxColumns, tables, columns }: Texts): Partial<Rules> {
  const found = columnsIn(columns);
  // As the control plane would say it, at the same field.
  if ("problem" in found)
    throw new ApiError(422, [{ type: "invalid", message: found.problem, field: "exports.excludedColumns" }]);
  return { maxColumns, excludedTables: namesIn(tables), excludedColumns: found.columns };
}

function Selection({ source }: { source: Source }): ReactNode {
  const { maxColumns, excludedTables, excludedColumns } = source.settings.exports;
  const saved = { maxColumns, tables: excludedTables.join("\n"), columns: columnLines(excludedColumns) };
  return (
    <DraftForm
      saved={saved}
      fields={["exports.maxColumns", "exports.excludedTables", "exports.excludedColumns"]}
      save={useSaveRules(source, rulesOf)}
    >
      {({ value, set }, errors) => (
        <>
          <NumberInput
            label="Columns a table may have"
            description="50 to 1,600. Values of further ones go into the column _overflow, as JSON."
            value={value.maxColumns}
            error={errors["exports.maxColumns"]}
            onChange={(columns) => set({ maxColumns: columns })}
          />
          <InputArea
            label="Tables to leave out"
            description="One a line, as they are called in the warehouse."
            rows={3}
            spellCheck={false}
            className="font-mono text-sm"
            placeholder="product_viewed"
            value={value.tables}
            error={errors["exports.excludedTables"]}
            onChange={(event) => set({ tables: event.target.value })}
          />
          <InputArea
            label="Columns to leave out"
            description="One a line, as table.column. id and received_at cannot be left out: every reader needs them."
            rows={3}
            spellCheck={false}
            className="font-mono text-sm"
            placeholder="identifies.email"
            value={value.columns}
            error={errors["exports.excludedColumns"]}
            onChange={(event) => set({ columns: event.target.value })}
          />
        </>
      )}
    </DraftForm>
  );
}
