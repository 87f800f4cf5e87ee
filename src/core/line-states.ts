import type { LineTrace, SettledLine } from "./ledger.ts";

/**
 * The state of a job's lines: one byte each, status in the two high bits, failed attempts in the six low ones.
 * Stored run-length encoded, so a job whose lines all fared alike takes a few bytes whatever its size.
 */
export type LineStates = Uint8Array;

const STATUSES = ["pending", "delivered", "abandoned", "dropped"] as const;
const MAX_FAILURES = 63;

export const freshStates = (count: number): LineStates => new Uint8Array(count);

export function readState(byte: number): Pick<LineTrace, "status" | "failures"> {
  return { status: STATUSES[(byte >> 6) & 3] ?? "pending", failures: byte & MAX_FAILURES };
}

/** Run-length encoding: a state byte, then the run's length as a base-128 varint, lowest part first. */
export function packStates(states: LineStates): Uint8Array {
  const packed: number[] = [];
  for (let start = 0; start < states.length;) {
    let end = start + 1;
    while (end < states.length && states[end] === states[start]) end++;
    packed.push(states[start] ?? 0);
    let run = end - start;
    for (; run > 127; run >>>= 7) packed.push((run & 127) | 128);
    packed.push(run);
    start = end;
  }
  return Uint8Array.from(packed);
}

/** The opposite of packStates; a text that does not describe exactly `count` lines is a bug and throws. */
export function unpackStates(packed: Uint8Array, count: number): LineStates {
  const states = new Uint8Array(count);
  let line = 0;
  for (let i = 0; i < packed.length;) {
    const state = packed[i++] ?? 0;
    let run = 0;
    for (let shift = 0; ; shift += 7) {
      const part = packed[i++] ?? 0;
      run += (part & 127) * 2 ** shift;
      if (part < 128) break;
    }
    states.fill(state, line, line + run);
    line += run;
  }
  if (line !== count) throw new Error(`line states describe ${line} lines, not ${count}`);
  return states;
}

/**
 * The lines of the current round: those still pending that have failed least often. A round that was cut short
 * goes on with what it has not tried before anything is tried once more.
 */
export function currentRound(states: LineStates): { readonly failures: number; readonly lines: number[] } {
  let failures = Infinity;
  let lines: number[] = [];
  for (const [line, state] of states.entries()) {
    if (state > MAX_FAILURES || state > failures) continue;
    if (state < failures) {
      failures = state;
      lines = [];
    }
    lines.push(line);
  }
  return { failures: Number.isFinite(failures) ? failures : 0, lines };
}

/** Pending lines, and how many of them have failed before. */
export function tally(states: LineStates): { readonly pending: number; readonly failed: number } {
  let pending = 0;
  let failed = 0;
  for (const state of states) {
    if (state > MAX_FAILURES) continue;
    pending++;
    if (state > 0) failed++;
  }
  return { pending, failed };
}

/**
 * Applies one attempt to a copy of `states` and returns what really changed: a line that is final stays as it
 * is, so settling twice counts once. Without `countFailures` (a probe, a lost lease) a retry leaves no mark.
 */
export function applyOutcomes(
  states: LineStates,
  outcomes: readonly SettledLine[],
  countFailures: boolean,
): { readonly states: LineStates; readonly applied: readonly SettledLine[] } {
  const next = Uint8Array.from(states);
  const applied: SettledLine[] = [];
  for (const outcome of outcomes) {
    const state = next[outcome.line];
    if (state === undefined || state > MAX_FAILURES) continue;
    if (outcome.status === "retry") {
      if (countFailures) next[outcome.line] = Math.min(state + 1, MAX_FAILURES);
    } else {
      next[outcome.line] = (STATUSES.indexOf(outcome.status) << 6) | state;
    }
    applied.push(outcome);
  }
  return { states: next, applied };
}
