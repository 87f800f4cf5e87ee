import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inParallel } from "../../src/core/pool.ts";
import { DuckDb } from "../support/duckdb.ts";
import { metadataOf, versionsOf, viewSnapshot } from "../support/iceberg-audit.ts";
import { MemoryLake } from "../support/iceberg-lake.ts";
import { TEST_SECRETS } from "../support/secrets.ts";
import { keysUnder } from "./audit.ts";
import type { TorturedInlet } from "./process.ts";
import type { Warehouse } from "./warehouse.ts";

const AT_ONCE = 6;
const HINT = "/metadata/version-hint.text";
/** What users and accounts hold is not one row an event. */
const OF_NO_EVENT: ReadonlySet<string> = new Set(["users", "accounts"]);
/** One row for every event of their call; the other tables are those of track names. */
export const CALLS: ReadonlySet<string> = new Set(["tracks", "identifies", "pages", "screens", "groups", "aliases"]);

/** One published table by everybody who holds its rows: the ids they give. */
interface LakeTable {
  readonly name: string;
  /** What DuckDB reads through the product's own script. */
  readonly views: readonly string[];
  /** What DuckDB reads of the files that the Iceberg table's current snapshot names. */
  readonly iceberg: readonly string[];
  /** What the PostgreSQL holds into which it is loaded; absent where none is. */
  readonly loaded?: readonly string[];
}

interface Lake {
  readonly tables: readonly LakeTable[];
  readonly manifests: number;
  readonly wrong: readonly string[];
}

interface Manifest {
  readonly table: string;
  readonly rows: number;
}

/** Everything that is published of a source, read as its users would. */
export async function readLake(inlet: TorturedInlet, sourceId: string, warehouse?: Warehouse): Promise<Lake> {
  const where = `/api/sources/${sourceId}/exports`;
  const { exports } = await inlet.api<{ exports: { schema: string | null } }>("GET", where);
  if (exports.schema === null) return { tables: [], manifests: 0, wrong: [] };
  await using duckdb = await DuckDb.open();
  const files = await download(inlet, `warehouse/${exports.schema}/`, duckdb.folder);
  const query = new URLSearchParams({ dialect: "duckdb", base: duckdb.folder });
  const script = await scriptOf(new URL(`${where}/statements?${query}`, inlet.url));
  await duckdb.connection.run(script);
  const views = await duckdb.rows(
    `SELECT view_name AS name FROM duckdb_views() WHERE schema_name = '${exports.schema}' AND NOT internal`,
  );
  const names = views.map(({ name }) => String(name)).filter((name) => !OF_NO_EVENT.has(name));
  const wrong: string[] = [];
  const reader: Reader = { duckdb, files, schema: exports.schema, warehouse };
  const tables = await inParallel(names, 1, async (name) => {
    const table = await readTable(name, reader, wrong);
    return table;
  });
  const manifests = manifestsIn(files);
  checkManifests(manifests, tables, wrong);
  return { tables, manifests: manifests.length, wrong };
}

async function scriptOf(url: URL): Promise<string> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${TEST_SECRETS.INLET_ADMIN_TOKEN}` } });
  const script = await answer.text();
  if (!answer.ok) throw new Error(`no statements: ${answer.status} ${script}`);
  return script;
}

/** The objects in memory, and the same as files of a folder. */
async function download(inlet: TorturedInlet, prefix: string, folder: string): Promise<MemoryLake> {
  const lake = new MemoryLake();
  await inParallel(await keysUnder(inlet, prefix), AT_ONCE, async (key) => {
    const bytes = await inlet.object(key);
    lake.objects.set(key, bytes);
    mkdirSync(path.dirname(path.join(folder, key)), { recursive: true });
    writeFileSync(path.join(folder, key), bytes);
  });
  return lake;
}

interface Reader {
  readonly duckdb: DuckDb;
  readonly files: MemoryLake;
  readonly schema: string;
  readonly warehouse: Warehouse | undefined;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function idsIn(duckdb: DuckDb, from: string): Promise<string[]> {
  return (await duckdb.rows(`SELECT id FROM ${from}`)).map(({ id }) => String(id));
}

async function readTable(name: string, reader: Reader, wrong: string[]): Promise<LakeTable> {
  const { duckdb, files, schema, warehouse } = reader;
  const views = await idsIn(duckdb, `${quoted(schema)}.${quoted(name)}`);
  const current = await snapshotFiles(files, `warehouse/${schema}/${name}`, wrong);
  const list = current.map((key) => `'${path.join(duckdb.folder, key).replaceAll("'", "''")}'`).join(", ");
  const iceberg =
    current.length === 0
      ? []
      : await idsIn(duckdb, `read_parquet([${list}], union_by_name = true, hive_partitioning = false)`);
  return {
    name,
    views,
    iceberg,
    ...(warehouse === undefined ? {} : { loaded: await warehouse.ids(schema, name) }),
  };
}

/** What the table's version hint leads to; nothing that is named may be missing. */
async function snapshotFiles(lake: MemoryLake, prefix: string, wrong: string[]): Promise<readonly string[]> {
  const hint = lake.objects.get(prefix + HINT);
  if (hint === undefined) {
    wrong.push(`${prefix} is no Iceberg table`);
    return [];
  }
  const version = Number(new TextDecoder().decode(hint));
  const newest = versionsOf(lake, prefix).at(-1);
  if (version !== newest) wrong.push(`${prefix}: the hint says version ${version}, the newest is ${newest}`);
  const metadata = metadataOf(lake, prefix, version);
  const current = metadata.snapshots.find((one) => one["snapshot-id"] === metadata["current-snapshot-id"]);
  if (current === undefined) return [];
  try {
    return (await viewSnapshot(lake, current)).files;
  } catch (error) {
    wrong.push(`${prefix}: ${String(error)}`);
    return [];
  }
}

const manifestsIn = (lake: MemoryLake): Manifest[] =>
  [...lake.objects.keys()]
    .filter((key) => key.endsWith("/manifest.json"))
    .map((key) => lake.json<Manifest>(key))
    .filter(({ table }) => !OF_NO_EVENT.has(table));

/** The manifests' own sums are those of their files. */
function checkManifests(manifests: readonly Manifest[], tables: readonly LakeTable[], wrong: string[]): void {
  const sums = new Map<string, number>();
  for (const { table, rows } of manifests) sums.set(table, (sums.get(table) ?? 0) + rows);
  for (const { name, views } of tables) {
    const said = sums.get(name) ?? 0;
    if (said !== views.length) wrong.push(`the manifests of ${name} say ${said} rows, there are ${views.length}`);
  }
}
