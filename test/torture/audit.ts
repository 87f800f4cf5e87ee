import { gunzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import type { ListedSegment, SegmentList } from "../../src/core/archive-index.ts";
import { inParallel } from "../../src/core/pool.ts";
import { DECOMPRESSORS } from "../../src/warehouse/parquet-codec.ts";
import type { Tool } from "./city-hall.ts";
import type { TorturedInlet } from "./process.ts";
import { PATHS, type LineFate } from "./seams.ts";
import type { Taken } from "./town.ts";

const AT_ONCE = 6;

interface Line {
  readonly messageId: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

const linesIn = (packed: Uint8Array): Line[] =>
  gunzipSync(packed)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

const keysUnder = (inlet: TorturedInlet, prefix: string): Promise<string[]> =>
  inlet.control<string[]>(PATHS.keys, { prefix });

/** Every line of every object under the source's prefix, as it lies in the bucket, whoever knows of it. */
export async function rawArchive(inlet: TorturedInlet, sourceId: string): Promise<Line[]> {
  const keys = await keysUnder(inlet, `segment-logs/${sourceId}/`);
  return (await inParallel(keys, AT_ONCE, async (key) => linesIn(await inlet.object(key)))).flat();
}

export interface Segment {
  readonly key: string;
  readonly ids: readonly string[];
}

/** The segments that the archive's index names, with the ids of their lines. */
export async function listedSegments(inlet: TorturedInlet, sourceId: string): Promise<Segment[]> {
  const listed: ListedSegment[] = [];
  let after: string | undefined;
  do {
    const query = {
      sourceId,
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    };
    const page = await inlet.control<SegmentList>(PATHS.listed, query);
    listed.push(...page.segments);
    after = page.next;
  } while (after !== undefined);
  return inParallel(listed, AT_ONCE, (one) => readListed(inlet, one));
}

async function readListed(inlet: TorturedInlet, { key, count, place }: ListedSegment): Promise<Segment> {
  const bytes = await inlet.object(place?.file ?? key);
  const own = place === undefined ? bytes : bytes.subarray(place.offset, place.offset + place.length);
  const first = place?.firstLine ?? 0;
  const ids = linesIn(own)
    .slice(first, first + count)
    .map(({ messageId }) => messageId);
  return { key, ids };
}

/** What a tool's ledger says became of each event: its one subscription's word, or its gate's. */
export async function ledgerFates(
  inlet: TorturedInlet,
  { id }: Tool,
  segments: readonly Segment[],
): Promise<Map<string, LineFate>> {
  const fates = new Map<string, LineFate>();
  const asked = segments.map(({ key, ids }) => ({ key, count: ids.length }));
  for (let start = 0; start < asked.length; start += 200) {
    const part = asked.slice(start, start + 200);
    const answers = await inlet.control<LineFate[][][]>(PATHS.fates, { destinationId: id, segments: part });
    answers.forEach((lines, n) => {
      const { ids } = segments[start + n]!;
      lines.forEach((cells, line) => fates.set(ids[line]!, fateOf(cells)));
    });
  }
  return fates;
}

/** A gate that let the event through says nothing yet. */
function fateOf([gate, ...lanes]: readonly LineFate[]): LineFate {
  if (gate === undefined) return { status: "not routed" };
  if (gate.status !== "passed") return gate;
  return lanes.find(({ status }) => status !== "unmatched") ?? { status: "no lane" };
}

/** Ids of the events in a tool's dead letters, as they lie in the bucket. */
export async function deadLetterIds(inlet: TorturedInlet, { id }: Tool): Promise<Set<string>> {
  const keys = await keysUnder(inlet, `dead-letters/${id}/`);
  return new Set(
    (await inParallel(keys, AT_ONCE, async (key) => linesIn(await inlet.object(key))))
      .flat()
      .map((one) => one.messageId),
  );
}

interface Manifest {
  readonly table: string;
  readonly rows: number;
  readonly files: readonly { readonly key: string; readonly rows: number }[];
}

/** What users and accounts hold is not one row an event. */
const OF_NO_EVENT: ReadonlySet<string> = new Set(["users", "accounts"]);
/** One row for every event of their call; the other tables are those of track names. */
const CALLS: ReadonlySet<string> = new Set(["tracks", "identifies", "pages", "screens", "groups", "aliases"]);

/** The ids in the published tables: of all calls, and of the tables by track name. */
export interface Published {
  readonly calls: string[];
  readonly events: string[];
  readonly manifests: number;
  readonly wrong: string[];
}

/** Follows the manifests as they lie in the bucket. */
export async function publishedIds(inlet: TorturedInlet, sourceId: string): Promise<Published> {
  const { exports } = await inlet.api<{ exports: { schema: string | null } }>(
    "GET",
    `/api/sources/${sourceId}/exports`,
  );
  const published: Published = { calls: [], events: [], manifests: 0, wrong: [] };
  if (exports.schema === null) return published;
  const keys = await keysUnder(inlet, `warehouse/${exports.schema}/`);
  const manifests = keys.filter((key) => key.endsWith("/manifest.json"));
  await inParallel(manifests, AT_ONCE, async (key) => {
    const manifest = JSON.parse(new TextDecoder().decode(await inlet.object(key))) as Manifest;
    if (OF_NO_EVENT.has(manifest.table)) return;
    const ids = (await inParallel(manifest.files, 1, (file) => idsOf(inlet, file.key))).flat();
    if (ids.length !== manifest.rows)
      published.wrong.push(`${key} says ${manifest.rows} rows, there are ${ids.length}`);
    (CALLS.has(manifest.table) ? published.calls : published.events).push(...ids);
  });
  return { ...published, manifests: manifests.length };
}

async function idsOf(inlet: TorturedInlet, key: string): Promise<string[]> {
  const file = Uint8Array.from(await inlet.object(key)).buffer;
  const rows = await parquetReadObjects({ file, columns: ["id"], compressors: DECOMPRESSORS });
  return rows.map((row) => String(row["id"]));
}

/** Those that are there more than once, with how often. */
export function copiesIn(ids: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 1));
}

/** An event that a tool has taken again. */
export interface Doubled {
  readonly messageId: string;
  readonly path: string;
  readonly first: Taken;
  readonly again: Taken;
}

export const doubledAt = (path: string, taken: ReadonlyMap<string, readonly Taken[]>): Doubled[] =>
  [...taken].flatMap(([messageId, all]) =>
    all.slice(1).map((again, n) => ({ messageId, path, first: all[n]!, again })),
  );
