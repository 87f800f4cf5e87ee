import { blockRange, makeBlock } from "../../src/core/dedup-block.ts";
import type { DedupFilter } from "../../src/core/dedup-filter.ts";
import type { DedupIndex } from "../../src/core/dedup-index.ts";
import { decodePage } from "../../src/core/dedup-page.ts";
import { pageOf, pagesOf, pageStart, Run, spreadIds, type RunShape } from "../../src/core/dedup-run.ts";
import type { IntakeStore } from "./store.ts";

/** Where a restart finds the seed of the prints on disk. */
const SEED = "dedupSeed";
/** Pages deleted in one turn. */
const SWEPT_PAGES = 500;

interface FoldDeps {
  readonly store: IntakeStore;
  readonly index: DedupIndex;
}
type Range = { readonly from: number; readonly to: number };

/** The index of a restart, with what it had folded; segments from `unfolded` on are still to be added. */
export function loadRuns(store: IntakeStore, newIndex: (seed: number) => DedupIndex): DedupIndex {
  const seed = store.meta(SEED);
  if (seed === undefined) return newIndex(Math.floor(Math.random() * 2 ** 32));
  const index = newIndex(Number(seed));
  for (const shape of store.runs.runs()) index.restore(new Run(shape, store.runs.filters(shape.run)));
  return index;
}

/**
 * Moves ids from memory to disk until there is no more to do, one block a turn: whoever runs this lets others have
 * theirs at each `yield`. What is on disk counts, and memory lets go of its copy, only with the last step, one
 * transaction; when it ends before, by an error or with the object, its traces are swept away the next time.
 */
export function* fold(deps: FoldDeps): Generator<void> {
  yield* sweep(deps);
  const { index } = deps;
  while (index.wantsRun) yield* foldPacked(deps);
  for (let runs = runsToMerge(index); runs.length > 0; runs = runsToMerge(index)) {
    yield* mergeRuns(deps, runs);
    yield* sweep(deps);
  }
}

function* sweep({ store, index }: FoldDeps): Generator<void> {
  if (store.meta(SEED) === undefined) return;
  const alive = new Set(index.runs.map(({ shape }) => shape.run));
  for (const { run } of store.runs.runs()) if (!alive.has(run)) store.runs.dropRun(run);
  for (const run of store.runs.traces()) {
    if (alive.has(run)) continue;
    while (!store.transaction(() => store.runs.sweep(run, SWEPT_PAGES))) yield;
    yield;
  }
}

function* foldPacked({ store, index }: FoldDeps): Generator<void> {
  const share = index.take();
  if (store.meta(SEED) === undefined) begin(store, index.seed);
  const { ids, oldest, newest, lastSegment } = share;
  const spread = spreadIds(ids, index.sizes);
  const segments = { firstSegment: index.unfolded, lastSegment };
  const shape = { run: nextRun(store), level: 0, ...segments, oldest, newest, ids, ...spread };
  const filters = yield* writeBlocks(store, shape, ({ from, to }) => share.parts.map((part) => part.range(from, to)));
  store.transaction(() => store.runs.addRun(shape));
  index.folded(new Run(shape, filters), share);
}

function begin(store: IntakeStore, seed: number): void {
  store.transaction(() => {
    store.runs.create();
    store.setMeta(SEED, String(seed));
  });
}

const runsToMerge = ({ runs, sizes }: DedupIndex): readonly Run[] => {
  const small = runs.filter(({ shape }) => shape.level === 0);
  return small.length >= sizes.fanIn ? small.slice(0, sizes.fanIn) : [];
};

function* mergeRuns({ store, index }: FoldDeps, runs: readonly Run[]): Generator<void> {
  const shapes = runs.map(({ shape }) => shape);
  const ids = shapes.reduce((sum, shape) => sum + shape.ids, 0);
  const shape: RunShape = {
    run: nextRun(store),
    level: 1,
    firstSegment: Math.min(...shapes.map((one) => one.firstSegment)),
    lastSegment: Math.max(...shapes.map((one) => one.lastSegment)),
    oldest: Math.min(...shapes.map((one) => one.oldest)),
    newest: Math.max(...shapes.map((one) => one.newest)),
    ids,
    ...spreadIds(ids, index.sizes),
  };
  const filters = yield* writeBlocks(store, shape, (range) => shapes.flatMap((one) => readRange(store, one, range)));
  store.transaction(() => {
    store.runs.addRun(shape);
    for (const { run } of shapes) store.runs.dropRun(run);
  });
  index.merged(new Run(shape, filters), runs);
}

const nextRun = (store: IntakeStore): number => Math.max(0, ...store.runs.traces()) + 1;

function* writeBlocks(
  store: IntakeStore,
  shape: RunShape,
  read: (range: Range) => readonly Uint32Array[],
): Generator<void, DedupFilter[]> {
  const filters: DedupFilter[] = [];
  for (let number = 0; number < shape.blocks; number++) {
    const block = makeBlock(shape, number, read(blockRange(shape, number)));
    store.transaction(() => store.runs.addBlock(shape.run, number, block));
    filters.push(block.filter);
    yield;
  }
  return filters;
}

/** The entries of a run within a range, page by page; a page without entries has no row. */
function readRange(store: IntakeStore, shape: RunShape, { from, to }: Range): Uint32Array[] {
  const found: Uint32Array[] = [];
  const last = Math.min(pageOf(shape, to - 1), pagesOf(shape) - 1);
  for (let page = pageOf(shape, from); page <= last; page++) {
    const entries = store.runs.page(shape.run, page);
    if (entries === undefined) continue;
    const { firstSegment } = shape;
    found.push(decodePage(entries, { start: pageStart(shape, page), firstSegment, from, to }));
  }
  return found;
}
