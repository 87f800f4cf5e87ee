import * as z from "zod";
import { FileEntry } from "../exports.ts";
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
  files: z.array(FileEntry),
  rows: z.int(),
});
export type SnapshotManifest = z.infer<typeof SnapshotManifest>;
