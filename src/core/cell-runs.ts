/** A set of cells or lines as ascending runs [from, to), which neither touch nor overlap. */
export type Runs = readonly (readonly [from: number, to: number])[];

/** @param numbers in any order, repeated ones count once. */
export function runsOf(numbers: readonly number[]): Runs {
  const runs: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && number <= last[1]) last[1] = Math.max(last[1], number + 1);
    else runs.push([number, number + 1]);
  }
  return runs;
}

/** Both sets as one. Runs with nothing but `quiet` numbers between them become one run that covers those as well. */
export function joinRuns(a: Runs, b: Runs, quiet: (number: number) => boolean = () => false): Runs {
  const runs: [number, number][] = [];
  for (const [from, to] of [...a, ...b].toSorted((one, other) => one[0] - other[0])) {
    const last = runs.at(-1);
    if (last !== undefined && allQuiet(last[1], from, quiet)) last[1] = Math.max(last[1], to);
    else runs.push([from, to]);
  }
  return runs;
}

function allQuiet(from: number, to: number, quiet: (number: number) => boolean): boolean {
  for (let number = from; number < to; number++) if (!quiet(number)) return false;
  return true;
}

export const inRuns = (runs: Runs, number: number): boolean => runs.some(([from, to]) => number >= from && number < to);

export const sizeOf = (runs: Runs): number => runs.reduce((sum, [from, to]) => sum + to - from, 0);

export const numbersOf = (runs: Runs): number[] =>
  runs.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));

/** `count` of the numbers, after the first `skip` of them. */
export function sliceRuns(runs: Runs, skip: number, count: number): Runs {
  const slice: [number, number][] = [];
  let [over, left] = [skip, count];
  for (const [from, to] of runs) {
    const start = Math.min(from + over, to);
    over -= start - from;
    const end = Math.min(to, start + left);
    left -= end - start;
    if (end > start) slice.push([start, end]);
    if (left === 0) break;
  }
  return slice;
}

/** Gap and length of each run, one after the other: short in JSON. */
export function packRuns(runs: Runs): number[] {
  let end = 0;
  return runs.flatMap(([from, to]) => {
    const gap = from - end;
    end = to;
    return [gap, to - from];
  });
}

export function unpackRuns(packed: readonly number[]): Runs {
  const runs: [number, number][] = [];
  let end = 0;
  for (let i = 0; i + 1 < packed.length; i += 2) {
    const from = end + (packed[i] ?? 0);
    end = from + (packed[i + 1] ?? 0);
    runs.push([from, end]);
  }
  return runs;
}
