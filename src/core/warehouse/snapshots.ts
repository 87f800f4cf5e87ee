import * as z from "zod";
import { Column } from "./schema.ts";

/**
 * `warehouse/<schema>/<users|accounts>/manifest.json`: the table as it stood after publication `no`. Written after its
 * files; those of the manifest before stay for an hour.
 */
export const SnapshotManifest = z.object({
  schema: z.string(),
  table: z.string(),
  /** Of the newest publication that is in it. */
  no: z.int(),
  /** ms since epoch, of that publication. */
  publishedAt: z.int(),
  columns: z.array(Column),
  files: z.array(z.object({ key: z.string(), rows: z.int(), bytes: z.int(), firstAt: z.int(), lastAt: z.int() })),
  rows: z.int(),
});
export type SnapshotManifest = z.infer<typeof SnapshotManifest>;
