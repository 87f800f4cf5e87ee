import * as z from "zod";
import { Notice } from "./warehouse/notices.ts";
import { Column, TableKind, TableSchema, type ExportRules, type RegistryData } from "./warehouse/schema.ts";

/** A message of the exports queue: it only says "look"; one that is lost or comes twice does no harm. */
export const ExportTask = z.object({
  sourceId: z.string(),
  task: z.enum(["compact", "hour", "follower"]),
  /** Of a `follower` task: whose turn it is. */
  follower: z.string().optional(),
});
export type ExportTask = z.infer<typeof ExportTask>;

/** One file of a table. Times are the least and the greatest `received_at` of its rows, ms since epoch. */
export const FileEntry = z.object({
  /** R2 key; never written twice. */
  key: z.string(),
  rows: z.int(),
  bytes: z.int(),
  firstAt: z.int(),
  lastAt: z.int(),
});
export type FileEntry = z.infer<typeof FileEntry>;

/** `…/hr=HH/manifest.json`: what one table has of one hour. Written after its files, so it never names a missing one. */
export const Manifest = z.object({
  schema: z.string(),
  table: z.string(),
  /** Start of the hour, ms since epoch. */
  hour: z.int(),
  version: z.int(),
  /** Of the archive: every segment up to this one is in it. */
  seq: z.int(),
  publishedAt: z.int(),
  columns: z.array(Column),
  files: z.array(FileEntry),
  rows: z.int(),
});
export type Manifest = z.infer<typeof Manifest>;

/** One table of a publication. `files` is empty where a newer version has no row of the table any more. */
export const PublishedTable = z.object({
  table: z.string(),
  kind: TableKind,
  columns: z.array(Column),
  files: z.array(FileEntry),
  /** Files of the version before; for a follower: of the version of this hour that it worked through last. */
  replaced: z.array(FileEntry),
  rows: z.int(),
});
export type PublishedTable = z.infer<typeof PublishedTable>;

/** One hour of a source as readers see it. A later one of the same hour replaces it as a whole. */
export const Publication = z.object({
  /** Rises with every publication of the source. */
  no: z.int(),
  sourceId: z.string(),
  schema: z.string(),
  hour: z.int(),
  version: z.int(),
  seq: z.int(),
  publishedAt: z.int(),
  tables: z.array(PublishedTable),
  /** R2 keys of what this hour's events say of users and accounts. */
  upserts: z.array(z.string()),
  /** R2 keys of the sorted hashes of its ids, in parts. */
  ids: z.array(z.string()),
  /** R2 keys of the hour as gzip NDJSON; empty unless the source wants them. */
  ndjson: z.array(z.string()),
});
export type Publication = z.infer<typeof Publication>;

/** What a run has done since its claim; told at each pause and at the end. */
export const Progress = z.object({
  /** The archive's `seq` when the hour's segments were listed. */
  seq: z.int(),
  /** Key of the last segment that is done with; segments are taken in the order of (shard, number). */
  after: z.string().nullable(),
  /** Of `segments` in the list. */
  done: z.int(),
  segments: z.int(),
  /** Events read, and those among them that were in the hour and no copies. */
  lines: z.int(),
  events: z.int(),
  files: z.record(z.string(), z.array(FileEntry)),
  upserts: z.array(z.string()),
  /** R2 keys of the sorted hashes of its ids: also of those that an hour before has. */
  ids: z.array(z.string()),
  ndjson: z.array(z.string()),
  /** All of the run so far. */
  notices: z.array(Notice),
  /** Tables that are new or have grown since the claim. */
  tables: z.array(TableSchema),
});
export type Progress = z.infer<typeof Progress>;

/** What a run had done when it paused: all claims so far together. The tables are in the claim's registry. */
export const Checkpoint = Progress.omit({ tables: true });
export type Checkpoint = z.infer<typeof Checkpoint>;

/** Those of one table. Clients name tables, so one may be called `constructor`. */
export const filesOf = ({ files }: Pick<Progress, "files">, table: string): readonly FileEntry[] =>
  Object.hasOwn(files, table) ? files[table]! : [];

/** An hour to work on, held until the lease ends. */
export interface HourClaim {
  readonly status: "claimed";
  readonly token: number;
  readonly runId: number;
  readonly sourceId: string;
  readonly schema: string;
  readonly hour: number;
  readonly version: number;
  readonly seq: number;
  readonly rules: ExportRules;
  readonly ndjson: boolean;
  /** As it stands after the checkpoint. */
  readonly registry: RegistryData;
  /** Tables of events in it that this run has brought. Absent: none. */
  readonly newTables?: number;
  /** `uuid_ts` of the rows: when the run began, ms. */
  readonly processedAt: number;
  /** The number of the next file. */
  readonly n: number;
  /** R2 keys of the ids of the 7 days before the hour: what they have is left out. */
  readonly idsBefore: readonly string[];
  /** Hours within 7 days after it that are published: those that share an id with this one have to be made again. */
  readonly idsAfter: readonly { readonly hour: number; readonly ids: readonly string[] }[];
  /** Segments that the hour's current version was made of; fewer now: the archive has let some go. */
  readonly publishedSegments: number;
  readonly checkpoint?: Checkpoint;
  /** Present when nothing but its manifests is left to write. */
  readonly publication?: Publication;
}
export type HourClaimResult = HourClaim | { readonly status: "nothing_due" };

/** `lost`: somebody else holds it by now, or it was called off; whatever was written is thrown away. */
export type HoldResult = { readonly status: "held" } | { readonly status: "lost" };
/** `empty`: the hour has no event and never had; the run is over. */
export type PublishResult =
  | { readonly status: "held"; readonly publication: Publication }
  | { readonly status: "empty" }
  | { readonly status: "lost" };

/** What the last step of a run knows besides its progress. */
export interface PublishRequest {
  readonly progress: Progress;
  /** Published hours within 7 days after it that share an id with it: they have to leave it out. */
  readonly again: readonly number[];
}

export const RunStatus = z.enum(["running", "success", "partial", "failed"]);
export type RunStatus = z.infer<typeof RunStatus>;

/** One entry of the sync history (storage.md §3.4). `partial`: all rows, with notices. */
export const Run = z.object({
  id: z.int(),
  /** `lake`, `snapshot`, `iceberg` or `load:<warehouseId>`. */
  target: z.string(),
  hour: z.int(),
  version: z.int(),
  status: RunStatus,
  startedAt: z.int(),
  finishedAt: z.int().optional(),
  rows: z.int(),
  /** `table.column`; at most 200. */
  newColumns: z.array(z.string()),
  notices: z.array(Notice),
  error: z.string().optional(),
});
export type Run = z.infer<typeof Run>;

/** One publication for one follower, held until the lease ends. */
export interface FollowerClaim {
  readonly status: "claimed";
  readonly token: number;
  readonly runId: number;
  /** `snapshot`, which follows always, `iceberg` where it is on, `load:<id>` for each warehouse of the source. */
  readonly follower: string;
  readonly publication: Publication;
  /** Publications that wait, this one among them. */
  readonly behind: number;
  /** Whether the source has Iceberg tables: what those name is kept longer. */
  readonly iceberg: boolean;
  /** What it left behind the last time. */
  readonly state?: unknown;
}
export type FollowerClaimResult = FollowerClaim | { readonly status: "nothing_due" };

/** What became of one publication at a follower. A failed one comes again later, before any other. */
export interface FollowerResult {
  readonly status: "success" | "partial" | "failed";
  readonly rows: number;
  readonly newColumns: readonly string[];
  readonly notices: readonly Notice[];
  readonly error?: string;
  /** JSON of at most 100 kB, handed back with the next publication; absent: as it was. */
  readonly state?: unknown;
  /** Not through with the publication: the follower is called again at once for the rest. Not with "failed". */
  readonly more?: true;
  /** R2 keys that nothing names any more. */
  readonly replaced?: readonly string[];
  /** Of the snapshot: the files its tables consist of now. */
  readonly files?: readonly { readonly table: string; readonly files: readonly FileEntry[] }[];
}

/** What the Catalog decides of a source's exports. */
export interface ExportPlan {
  readonly enabled: boolean;
  readonly rules: ExportRules;
  readonly ndjson: boolean;
  /** Besides `snapshot`. One that is off goes on where it was when it is on again; one that is not there is forgotten. */
  readonly followers: readonly { readonly name: string; readonly on: boolean }[];
}

/** Which hours somebody wants worked on: `rebuild` also those that are as the archive is. */
export interface RunRequest {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly rebuild: boolean;
}
