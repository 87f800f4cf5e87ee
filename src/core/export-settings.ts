import * as z from "zod";

/** What a schema, table or column may be called: as PostgreSQL has it (63 bytes), which is the narrowest. */
const SqlName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, "lower-case letters, digits and _, no digit first, at most 63");

/** Names that warehouses keep for themselves. */
const TAKEN = /^(?:pg_.*|information_schema|public|default|system|main|temp|dbo|sys)$/;

export const SchemaName = SqlName.refine((name) => !TAKEN.test(name), "is kept by the warehouses for themselves");

/** Without these a row could neither be found again nor sorted (storage.md §3.1). */
const ALWAYS: ReadonlySet<string> = new Set(["id", "received_at"]);

const fields = {
  enabled: z.boolean(),
  /** `null`: made from the slug by the first export, which fixes it. */
  schema: SchemaName.nullable(),
  parquet: z.literal(true),
  ndjson: z.boolean(),
  iceberg: z.boolean(),
  maxColumns: z.int().min(50).max(1600),
  excludedTables: z.array(z.string().min(1).max(128)).max(1000),
  excludedColumns: z
    .record(
      z.string().min(1).max(128),
      z
        .array(
          z
            .string()
            .min(1)
            .max(128)
            .refine((name) => !ALWAYS.has(name), "id and received_at cannot be left out"),
        )
        .max(1600),
    )
    .refine((tables) => Object.keys(tables).length <= 1000, "at most 1000 tables")
    .refine((tables) => Object.values(tables).flat().length <= 5000, "at most 5000 columns in all"),
};

/** What a source's owner says of its warehouse tables. What is left out has no effect on what is published already. */
export const ExportSettings = z.object({
  enabled: fields.enabled.default(true),
  schema: fields.schema.default(null),
  parquet: fields.parquet.default(true),
  /** Each hour as gzip NDJSON as well, whole events. */
  ndjson: fields.ndjson.default(false),
  /** An Iceberg table per event over the same files. */
  iceberg: fields.iceberg.default(false),
  /** Of one table; values of further ones go into the column `_overflow`, as JSON. */
  maxColumns: fields.maxColumns.default(500),
  excludedTables: fields.excludedTables.default([]),
  excludedColumns: fields.excludedColumns.default({}),
});
export type ExportSettings = z.infer<typeof ExportSettings>;

/** What is named changes; lists are replaced as a whole. */
export const ExportSettingsPatch = z.strictObject(fields).partial();
