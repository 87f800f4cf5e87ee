import { filterWords, type DedupFilter } from "./dedup-filter.ts";
import { PRINTS } from "./dedup-print.ts";

/** Sizes that decide how ids are kept; tests use smaller ones. */
export interface DedupSizes {
  /** Ids that still come are packed at this many: a table of 2^17 slots, 1.6 MB, is nearly full then. */
  readonly freshIds: number;
  /** Packed ids are written to pages at this many: 2.2 MB. */
  readonly foldIds: number;
  /** So many runs of packed ids become one. */
  readonly fanIn: number;
  /** Ids of a block: one filter, built in one turn. */
  readonly blockIds: number;
  /** Ids of a page, about: one row. */
  readonly pageIds: number;
}

export const DEDUP_SIZES: DedupSizes = {
  freshIds: 90_000,
  foldIds: 270_000,
  fanIn: 8,
  blockIds: 50_000,
  pageIds: 2_000,
};

/**
 * A run: ids of consecutive segments in pages by print, never changed. Its pages are equal ranges of all prints; so many
 * of them as one filter covers are a block.
 */
export interface RunShape {
  readonly run: number;
  /** 0: of packed ids; 1: of several runs. */
  readonly level: number;
  readonly firstSegment: number;
  readonly lastSegment: number;
  /** Its hours: it expires with the newest. */
  readonly oldest: number;
  readonly newest: number;
  readonly ids: number;
  readonly blocks: number;
  readonly pagesPerBlock: number;
}

/** How `ids` are spread over blocks and pages. */
export function spreadIds(ids: number, { blockIds, pageIds }: DedupSizes): Pick<RunShape, "blocks" | "pagesPerBlock"> {
  const blocks = Math.max(1, Math.round(ids / blockIds));
  return { blocks, pagesPerBlock: Math.max(1, Math.round(ids / blocks / pageIds)) };
}

export const pagesOf = ({ blocks, pagesPerBlock }: RunShape): number => blocks * pagesPerBlock;

/** The page that holds prints with this upper word. */
export const pageOf = (shape: RunShape, high: number): number => Math.floor((high * pagesOf(shape)) / PRINTS);

/** The first upper word of a page, or of the one that would come after the last. */
export const pageStart = (shape: RunShape, page: number): number => Math.ceil((page * PRINTS) / pagesOf(shape));

/** A print with what its look-up in every run's filter starts from. */
export interface PrintWords {
  readonly high: number;
  readonly low: number;
  readonly words: readonly [a: number, b: number];
}

export const printWords = (high: number, low: number): PrintWords => ({ high, low, words: filterWords(high, low) });

/** What memory keeps of a run. */
export class Run {
  readonly shape: RunShape;
  readonly bytes: number;
  readonly #filters: readonly DedupFilter[];

  /** `filters`: of its blocks, in order. */
  constructor(shape: RunShape, filters: readonly DedupFilter[]) {
    if (filters.length !== shape.blocks) throw new Error(`run ${shape.run} has not all of its filters`);
    this.shape = shape;
    this.bytes = filters.reduce((sum, filter) => sum + filter.bytes, 0);
    this.#filters = filters;
  }

  /** The page that may hold the print; undefined when the run certainly does not hold it. */
  pageFor({ high, low, words }: PrintWords): number | undefined {
    const page = pageOf(this.shape, high);
    const filter = this.#filters[Math.floor(page / this.shape.pagesPerBlock)]!;
    return filter.has(high, low, words[0], words[1]) ? page : undefined;
  }
}
