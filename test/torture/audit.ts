import { gunzipSync } from "node:zlib";
import type { ListedSegment, SegmentList } from "../../src/core/archive-index.ts";
import { inParallel } from "../../src/core/pool.ts";
import type { Tool } from "./city-hall.ts";
import type { TorturedInlet } from "./process.ts";
import { PATHS, type LineFate } from "./seams.ts";
import type { Taken } from "./town.ts";

const AT_ONCE = 6;

interface Line {
  readonly messageId: string;
  readonly receivedAt: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

const linesIn = (packed: Uint8Array): Line[] =>
  gunzipSync(packed)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

export const keysUnder = (inlet: TorturedInlet, prefix: string): Promise<string[]> =>
  inlet.control<string[]>(PATHS.keys, { prefix });

/** Every line of every object under the source's prefix, as it lies in the bucket, whoever knows of it. */
export async function rawArchive(inlet: TorturedInlet, sourceId: string): Promise<Line[]> {
  const keys = await keysUnder(inlet, `segment-logs/${sourceId}/`);
  return (await inParallel(keys, AT_ONCE, async (key) => linesIn(await inlet.object(key)))).flat();
}

export interface Segment {
  readonly key: string;
  readonly ids: readonly string[];
  /** `receivedAt` of each, ms since epoch. */
  readonly times: readonly number[];
}

/** The segments that the archive's index names, with the ids of their lines. */
export const listedSegments = async (inlet: TorturedInlet, sourceId: string): Promise<Segment[]> =>
  inParallel(await segmentList(inlet, sourceId), AT_ONCE, (one) => readListed(inlet, one));

export async function segmentList(inlet: TorturedInlet, sourceId: string): Promise<ListedSegment[]> {
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
  return listed;
}

async function readListed(inlet: TorturedInlet, { key, count, place }: ListedSegment): Promise<Segment> {
  const bytes = await inlet.object(place?.file ?? key);
  const own = place === undefined ? bytes : bytes.subarray(place.offset, place.offset + place.length);
  const first = place?.firstLine ?? 0;
  const lines = linesIn(own).slice(first, first + count);
  return {
    key,
    ids: lines.map(({ messageId }) => messageId),
    times: lines.map(({ receivedAt }) => Date.parse(receivedAt)),
  };
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
