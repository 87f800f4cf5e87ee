import { buildFilter, type DedupFilter } from "./dedup-filter.ts";
import { encodePage } from "./dedup-page.ts";
import { lowPrintOf, sortEntries } from "./dedup-print.ts";
import { pageStart, type RunShape } from "./dedup-run.ts";

/** A block as it is stored. */
export interface Block {
  readonly filter: DedupFilter;
  readonly pages: readonly { readonly page: number; readonly entries: Uint8Array<ArrayBuffer> }[];
}

/** The upper words of a block's prints: from `from` up to but without `to`. */
export const blockRange = (shape: RunShape, block: number): { readonly from: number; readonly to: number } => ({
  from: pageStart(shape, block * shape.pagesPerBlock),
  to: pageStart(shape, (block + 1) * shape.pagesPerBlock),
});

/** Makes a block of all entries within its range, in any order. */
export function makeBlock(shape: RunShape, block: number, parts: readonly Uint32Array[]): Block {
  const words = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let size = 0;
  for (const part of parts) {
    words.set(part, size);
    size += part.length;
  }
  sortEntries(words);
  const pages: { page: number; entries: Uint8Array<ArrayBuffer> }[] = [];
  const { firstSegment, pagesPerBlock } = shape;
  let at = 0;
  for (let page = block * pagesPerBlock; page < (block + 1) * pagesPerBlock; page++) {
    const end = pageStart(shape, page + 1);
    const from = at;
    while (at < words.length && words[at + 1]! < end) at += 2;
    const entries = encodePage(words.subarray(from, at), { start: pageStart(shape, page), firstSegment });
    if (entries.length > 0) pages.push({ page, entries });
  }
  return { filter: buildFilter(words, lowPrintOf), pages };
}
