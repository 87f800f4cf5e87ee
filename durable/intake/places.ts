import { HASH_BYTES, type DedupIndex } from "../../src/core/dedup-index.ts";
import { positionOf, type IntakeStore } from "./store.ts";

export interface Place {
  readonly segment: number;
  readonly line: number;
}

type LineFinder = (hashes: DataView, offset: number) => number;

/** Look-ups in one segment from which on its hashes are laid out: a look-up by scanning passes up to 25,000 of them. */
const LAY_OUT_FROM = 4;

/**
 * Finds ids in the stored hashes: for each of the packed `batches`, index → place of those that are there. Asked for
 * all of a commit at once, so that each segment is read once and only one at a time is held, and sorted out by a
 * table: a batch of 2,500 known ids would otherwise cost seconds of scanning, and anybody may send it again.
 */
export function findPlaces(
  store: IntakeStore,
  index: DedupIndex,
  batches: readonly ArrayBuffer[],
): readonly ReadonlyMap<number, Place>[] {
  const views = batches.map((packed) => new DataView(packed));
  const bySegment = new Map<number, { batch: number; id: number }[]>();
  views.forEach((view, batch) => {
    for (let id = 0; id * HASH_BYTES < view.byteLength; id++) {
      for (const segment of index.candidates(view, id * HASH_BYTES)) {
        const asked = bySegment.get(segment);
        if (asked === undefined) bySegment.set(segment, [{ batch, id }]);
        else asked.push({ batch, id });
      }
    }
  });
  const found = batches.map(() => new Map<number, Place>());
  for (const [segment, asked] of bySegment) {
    const packed = hashesOf(store, segment);
    const lineOf = asked.length < LAY_OUT_FROM ? scan(packed) : layOut(packed);
    for (const { batch, id } of asked) {
      const line = lineOf(views[batch]!, id * HASH_BYTES);
      if (line >= 0) found[batch]!.set(id, { segment, line });
    }
  }
  return found;
}

function hashesOf(store: IntakeStore, segment: number): ArrayBuffer {
  const row = store.segment(segment);
  if (row) return row.hashes;
  const parts = store.outboxIds(segment).map((part) => new Uint8Array(part.hashes));
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed.buffer;
}

const scan =
  (packed: ArrayBuffer): LineFinder =>
  (hashes, offset) =>
    positionOf(packed, hashes, offset);

/** An open-addressed table of lines. Its places depend on chance, so that nobody can choose ids that share one. */
function layOut(packed: ArrayBuffer): LineFinder {
  const view = new DataView(packed);
  const count = packed.byteLength / HASH_BYTES;
  const bits = Math.max(1, Math.ceil(Math.log2(count * 2)));
  const lines = new Uint32Array(2 ** bits); // line + 1; 0 = free
  const mask = lines.length - 1;
  const seed = Math.floor(Math.random() * 2 ** 32);
  const slotOf = (hashes: DataView, offset: number) =>
    Math.imul(hashes.getUint32(offset + 8) ^ seed, 0x9e3779b1) >>> (32 - bits);
  for (let line = 0; line < count; line++) {
    let slot = slotOf(view, line * HASH_BYTES);
    while (lines[slot] !== 0) slot = (slot + 1) & mask;
    lines[slot] = line + 1;
  }
  return (hashes, offset) => {
    for (let slot = slotOf(hashes, offset); lines[slot] !== 0; slot = (slot + 1) & mask) {
      const line = lines[slot]! - 1;
      if (isSame(view, line * HASH_BYTES, hashes, offset)) return line;
    }
    return -1;
  };
}

function isSame(a: DataView, at: number, b: DataView, offset: number): boolean {
  for (let i = 0; i < HASH_BYTES; i += 4) if (a.getUint32(at + i) !== b.getUint32(offset + i)) return false;
  return true;
}
