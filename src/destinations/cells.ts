/**
 * A job's cells (core/ledger.ts): `lane × count + line`. Lane 0 is the gate, lane i ≥ 1 is the i-th subscription of
 * the job.
 */
export interface AskedLine {
  readonly line: number;
  /** Whether it is still to be decided if the line is let through. */
  readonly gate: boolean;
  /** Lanes (from 1) on which it is to be sent, ascending. */
  readonly lanes: readonly number[];
}

export const cellOf = (lane: number, line: number, count: number): number => lane * count + line;

/** What a claim asks for, line by line, ascending. */
export function askedLines(cells: readonly number[], count: number): AskedLine[] {
  const byLine = new Map<number, { gate: boolean; lanes: number[] }>();
  for (const cell of cells) {
    const line = cell % count;
    const lane = (cell - line) / count;
    const asked = byLine.get(line) ?? { gate: false, lanes: [] };
    if (lane === 0) asked.gate = true;
    else asked.lanes.push(lane);
    byLine.set(line, asked);
  }
  return [...byLine].map(([line, asked]) => ({ line, ...asked })).toSorted((a, b) => a.line - b.line);
}
