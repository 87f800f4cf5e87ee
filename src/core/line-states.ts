import type { Runs } from "./cell-runs.ts";
import { DELIVERY, isCodeFailure } from "./delivery.ts";
import type { CellStatus, SettledCell, Settlement } from "./ledger.ts";

/**
 * The state of a job's cells (core/ledger `Claim`): seven bits each, status in the three high ones, failed attempts in
 * the four low ones. Stored run-length encoded, so a job whose lines all fared alike takes a few bytes whatever its size.
 */
export type CellStates = Uint8Array;

const STATUSES: readonly CellStatus[] = [
  "pending",
  "delivered",
  "abandoned",
  "dropped",
  "passed",
  "unmatched",
  "skipped",
];
const FAILURE_BITS = 4;
const MAX_FAILURES = 15;

const PENDING = 0;
const stateOf = (status: CellStatus, failures = 0): number => (STATUSES.indexOf(status) << FAILURE_BITS) | failures;
const PASSED = stateOf("passed");
const UNMATCHED = stateOf("unmatched");
const SKIPPED = stateOf("skipped");

const isPending = (state: number | undefined): state is number => state !== undefined && state <= MAX_FAILURES;

export function readState(state: number): { readonly status: CellStatus; readonly failures: number } {
  return { status: STATUSES[state >> FAILURE_BITS] ?? "pending", failures: state & MAX_FAILURES };
}

/** Final without anything having been sent or named: what the history need not tell apart from its neighbours. */
export const isQuiet = (state: number | undefined): boolean =>
  state === PASSED || state === UNMATCHED || state === SKIPPED;

/** A job that nobody has claimed yet: its gates, all undecided. */
export const freshGates = (count: number): CellStates => new Uint8Array(count);

/** A job about some lines only, undecided: what a replay sends. */
export function chosenGates(count: number, lines: Runs): CellStates {
  const states = new Uint8Array(count).fill(SKIPPED);
  for (const [from, to] of lines) states.fill(PENDING, from, to);
  return states;
}

/** An outcome that ends everything of a job that has no end yet: of undecided lines at the gate, else lane by lane. */
export function endings(states: CellStates, count: number, outcome: Omit<SettledCell, "cell">): SettledCell[] {
  const cells: SettledCell[] = [];
  for (let cell = 0; cell < states.length; cell++) {
    const atGate = cell < count;
    if (isPending(states[cell]) && (atGate || !isPending(states[cell % count]))) cells.push({ cell, ...outcome });
  }
  return cells;
}

/**
 * Adds the cells of `lanes` subscriptions to a job that has only gates. A line that has failed before there were
 * lanes takes its failures along, and is decided anew; one that was final then is not wanted by any lane. What the
 * job is not about stays so.
 */
export function fixLanes(gates: CellStates, lanes: number): CellStates {
  const states = new Uint8Array(gates.length * (1 + lanes));
  for (const [line, gate] of gates.entries()) {
    states[line] = isPending(gate) ? PENDING : gate;
    const cell = isPending(gate) || gate === SKIPPED ? gate : UNMATCHED;
    for (let lane = 1; lane <= lanes; lane++) states[lane * gates.length + line] = cell;
  }
  return states;
}

/** A job about some deliveries only: the lane cells `asked`, whose lines were let through before. */
export function askedStates(count: number, lanes: number, asked: readonly number[]): CellStates {
  const states = new Uint8Array(count * (1 + lanes)).fill(SKIPPED);
  for (const cell of asked) {
    states[cell] = PENDING;
    states[cell % count] = PASSED;
  }
  return states;
}

/** Run-length encoding: a state alone, or with its high bit set and the run's length less two as a base-128 varint. */
export function packStates(states: CellStates): Uint8Array {
  const packed: number[] = [];
  for (let start = 0; start < states.length;) {
    let end = start + 1;
    while (end < states.length && states[end] === states[start]) end++;
    const state = states[start] ?? PENDING;
    if (end - start === 1) packed.push(state);
    else {
      packed.push(state | 128);
      let run = end - start - 2;
      for (; run > 127; run >>>= 7) packed.push((run & 127) | 128);
      packed.push(run);
    }
    start = end;
  }
  return Uint8Array.from(packed);
}

/** Whether a line's gate, in packed states, says that the job is not about it: looked up without unpacking the others. */
export function isSkipped(packed: Uint8Array, line: number): boolean {
  let cell = 0;
  for (let i = 0; i < packed.length && cell <= line;) {
    const { state, run, next } = readRun(packed, i);
    if (line < cell + run) return state === SKIPPED;
    cell += run;
    i = next;
  }
  return false;
}

function readRun(
  packed: Uint8Array,
  at: number,
): { readonly state: number; readonly run: number; readonly next: number } {
  const state = packed[at] ?? 0;
  if (state <= 127) return { state, run: 1, next: at + 1 };
  let run = 2;
  let next = at + 1;
  for (let shift = 0; ; shift += 7) {
    const part = packed[next++] ?? 0;
    run += (part & 127) * 2 ** shift;
    if (part < 128) return { state: state & 127, run, next };
  }
}

/** The opposite of packStates; a text that does not describe exactly `size` cells is a bug and throws. */
export function unpackStates(packed: Uint8Array, size: number): CellStates {
  const states = new Uint8Array(size);
  let cell = 0;
  for (let i = 0; i < packed.length;) {
    const { state, run, next } = readRun(packed, i);
    states.fill(state, cell, cell + run);
    cell += run;
    i = next;
  }
  if (cell !== size) throw new Error(`cell states describe ${cell} cells, not ${size}`);
  return states;
}

/**
 * Gates of a job stored before there were lanes: each run was a byte (status in two bits, failures in six) and a
 * varint of its length.
 */
export function unpackOldStates(packed: Uint8Array, count: number): CellStates {
  const translated: number[] = [];
  for (let i = 0; i < packed.length;) {
    const state = packed[i++] ?? 0;
    const status = STATUSES[state >> 6] ?? "pending";
    let run = 0;
    for (let shift = 0; ; shift += 7) {
      const part = packed[i++] ?? 0;
      run += (part & 127) * 2 ** shift;
      if (part < 128) break;
    }
    const now = stateOf(status, Math.min(state & 63, MAX_FAILURES));
    for (let line = 0; line < run && translated.length <= count; line++) translated.push(now);
  }
  if (translated.length !== count) throw new Error(`line states describe ${translated.length} lines, not ${count}`);
  return Uint8Array.from(translated);
}

/** How often the pending cells that have failed least have failed; undefined when every cell is final. */
export function leastFailures(states: CellStates): number | undefined {
  let least = MAX_FAILURES + 1;
  for (let cell = 0; cell < states.length && least > 0; cell++) least = Math.min(least, states[cell] ?? 0);
  return least > MAX_FAILURES ? undefined : least;
}

/**
 * The cells of the current round: those still pending that have failed least often. A round that was cut short
 * goes on with what it has not tried before anything is tried once more.
 */
export function currentRound(states: CellStates): { readonly failures: number; readonly cells: number[] } {
  const failures = leastFailures(states);
  const cells: number[] = [];
  if (failures === undefined) return { failures: 0, cells };
  for (let cell = 0; cell < states.length; cell++) if (states[cell] === failures) cells.push(cell);
  return { failures, cells };
}

/** Some of the cells in a row, from a place left to chance. */
function anyInRow(cells: readonly number[], random: number): number[] {
  const start = Math.floor(random * cells.length);
  return cells.slice(start, start + DELIVERY.chunkLines);
}

/**
 * What a probe gets of a round: cells of lines that were let through, else undecided lines whole. Enough of them that
 * what is filtered, or off by now, does not keep the probe from asking anybody; and not always the same ones, for an
 * event that fails however well the destination is must not be all that it is asked.
 * @param random at least 0 and less than 1.
 */
export function probeCells(states: CellStates, count: number, round: readonly number[], random: number): number[] {
  const decided = round.filter((cell) => cell >= count && !isPending(states[cell % count]));
  if (decided.length > 0) return anyInRow(decided, random);
  const gates = round.filter((cell) => cell < count);
  const lines = new Set(anyInRow(gates, random));
  return round.filter((cell) => lines.has(cell % count));
}

/** Lines with pending cells, and those among them with a cell that has failed before. */
export function tally(states: CellStates, count: number): { readonly pending: number; readonly failed: number } {
  const lines = new Uint8Array(count);
  for (let lane = 0; lane < states.length; lane += count) {
    for (let line = 0; line < count; line++) {
      const state = states[lane + line] ?? PENDING;
      if (state <= MAX_FAILURES) lines[line] = lines[line] === 2 || state > 0 ? 2 : 1;
    }
  }
  let pending = 0;
  let failed = 0;
  for (let line = 0; line < count; line++) {
    if (lines[line] !== 0) pending++;
    if (lines[line] === 2) failed++;
  }
  return { pending, failed };
}

/** Which failed attempts count: of a probe those that say nothing about the destination, of a lost lease none. */
export type CountedFailures = "all" | "code" | "none";

type Decided = Pick<Settlement, "passed" | "unmatched" | "outcomes">;

/**
 * Applies one settlement to a copy of `states` and returns the outcomes that really changed something: a cell that is
 * final stays as it is, so settling twice counts once. A gate is decided once: what a consumer that came late thinks
 * of its lanes is not heard. A retry leaves no mark at a gate, nor where failures do not count.
 */
export function applyOutcomes(
  states: CellStates,
  count: number,
  { passed, unmatched, outcomes }: Decided,
  counted: CountedFailures,
): { readonly states: CellStates; readonly applied: readonly SettledCell[] } {
  const next = Uint8Array.from(states);
  for (const cell of passed) if (cell < count && isPending(next[cell])) next[cell] = PASSED;
  for (const cell of unmatched) {
    if (cell >= count && isPending(states[cell % count]) && isPending(next[cell])) next[cell] = UNMATCHED;
  }
  const applied = outcomes.filter((outcome) => applyOne(next, count, outcome, counted));
  return { states: next, applied };
}

function applyOne(next: CellStates, count: number, outcome: SettledCell, counted: CountedFailures): boolean {
  const { cell, status } = outcome;
  const state = next[cell];
  const isGate = cell < count;
  if (!isPending(state) || (isGate && status === "delivered")) return false;
  if (status === "retry") {
    const counts = counted === "all" || (counted === "code" && isCodeFailure(outcome));
    if (counts && !isGate) next[cell] = Math.min(state + 1, MAX_FAILURES);
    return true;
  }
  next[cell] = stateOf(status, state);
  if (isGate) {
    for (let lane = cell + count; lane < next.length; lane += count) if (isPending(next[lane])) next[lane] = UNMATCHED;
  }
  return true;
}
