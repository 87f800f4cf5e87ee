import { HASH_BYTES, type DedupIndex, type PageQuestion } from "../../src/core/dedup-index.ts";
import { searchPage } from "../../src/core/dedup-page.ts";
import { pageStart } from "../../src/core/dedup-run.ts";
import type { IntakeMemory } from "./memory.ts";
import { isSameHash, positionOf, type IntakeStore } from "./store.ts";

export interface Place {
  readonly segment: number;
  readonly line: number;
}

type LineFinder = (hashes: DataView, offset: number) => number;

/** Look-ups in one segment from which on its hashes are laid out: a look-up by scanning passes up to 25,000 of them. */
const LAY_OUT_FROM = 4;

/** One id of a batch. */
interface Asked {
  readonly batch: number;
  readonly id: number;
}
type BySegment = Map<number, Asked[]>;

/**
 * Finds ids in the stored hashes: for each of the packed `batches`, index → place of those that are there. Asked for
 * all of a commit at once, so that each page and each segment is read once and only one at a time is held, and sorted
 * out by a table: a batch of 2,500 known ids would otherwise cost seconds of scanning, and anybody may send it again.
 */
export function findPlaces(
  store: IntakeStore,
  { index, waiting }: Pick<IntakeMemory, "index" | "waiting">,
  batches: readonly ArrayBuffer[],
): readonly ReadonlyMap<number, Place>[] {
  const views = batches.map((packed) => new DataView(packed));
  const found = batches.map(() => new Map<number, Place>());
  for (const [segment, asked] of candidates(store, index, views)) {
    const hashes = hashesOf(store, segment, waiting);
    if (hashes === undefined) continue;
    const lineOf = asked.length < LAY_OUT_FROM ? scan(hashes) : layOut(hashes);
    for (const { batch, id } of asked) {
      const line = lineOf(views[batch]!, id * HASH_BYTES);
      if (line >= 0) found[batch]!.set(id, { segment, line });
    }
  }
  return found;
}

function candidates(store: IntakeStore, index: DedupIndex, views: readonly DataView[]): BySegment {
  const bySegment: BySegment = new Map();
  const byPage = new Map<string, (PageQuestion & Asked)[]>();
  views.forEach((view, batch) => {
    for (let id = 0; id * HASH_BYTES < view.byteLength; id++) {
      for (const segment of index.candidates(view, id * HASH_BYTES)) addTo(bySegment, segment, { batch, id });
      for (const question of index.pages(view, id * HASH_BYTES)) {
        addTo(byPage, `${question.shape.run}/${question.page}`, { ...question, batch, id });
      }
    }
  });
  for (const asked of byPage.values()) {
    const { shape, page } = asked[0]!;
    const entries = store.runs.page(shape.run, page);
    if (entries === undefined) continue;
    const base = { start: pageStart(shape, page), firstSegment: shape.firstSegment };
    searchPage(entries, base, asked, (one, segment) => addTo(bySegment, segment, one));
  }
  return bySegment;
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

interface Hashes {
  readonly packed: ArrayBuffer;
  readonly width: number;
}

/** The hashes of a segment; none when it has expired, which pages learn last. */
function hashesOf(store: IntakeStore, segment: number, waiting: IntakeMemory["waiting"]): Hashes | undefined {
  const row = store.segmentHashes(segment);
  if (row) return { packed: row.hashes, width: row.hashes.byteLength / row.count };
  if (!waiting.has(segment)) return undefined;
  const parts = store.outboxIds(segment).map((part) => new Uint8Array(part.hashes));
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return { packed: packed.buffer, width: HASH_BYTES };
}

const scan =
  ({ packed, width }: Hashes): LineFinder =>
  (hashes, offset) =>
    positionOf(packed, hashes, offset, width);

/** An open-addressed table of lines. Its places depend on chance, so that nobody can choose ids that share one. */
function layOut({ packed, width }: Hashes): LineFinder {
  const view = new DataView(packed);
  const count = packed.byteLength / width;
  const bits = Math.max(1, Math.ceil(Math.log2(count * 2)));
  const lines = new Uint32Array(2 ** bits); // line + 1; 0 = free
  const mask = lines.length - 1;
  const seed = Math.floor(Math.random() * 2 ** 32);
  const slotOf = (hashes: DataView, offset: number) =>
    Math.imul(hashes.getUint32(offset + 8) ^ seed, 0x9e3779b1) >>> (32 - bits);
  for (let line = 0; line < count; line++) {
    let slot = slotOf(view, line * width);
    while (lines[slot] !== 0) slot = (slot + 1) & mask;
    lines[slot] = line + 1;
  }
  return (hashes, offset) => {
    for (let slot = slotOf(hashes, offset); lines[slot] !== 0; slot = (slot + 1) & mask) {
      const line = lines[slot]! - 1;
      if (isSameHash(view, line * width, hashes, offset, width)) return line;
    }
    return -1;
  };
}
