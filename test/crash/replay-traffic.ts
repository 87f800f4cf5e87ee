import { NO_FAULTS, type Faults } from "./moved-process.ts";

const atRead = (nth: number): Faults => ({
  ...NO_FAULTS,
  stall: { call: "get", key: "segment-logs/", nth, isDone: false },
});
const atHandOver = (nth: number, isDone: boolean): Faults => ({
  ...NO_FAULTS,
  stall: { call: "openReplay", key: "segment-logs/", nth, isDone },
});
/** The ledger has the lines, and nobody knows yet: whoever comes next hands over the same. */
export const AT_HAND_OVER: readonly Faults[] = [atHandOver(1, true), atHandOver(2, true)];
/** The dry run takes what is fast: its kills land in its reads. */
export const IN_DRY_RUN: readonly Faults[] = [atRead(1), atRead(3), atRead(7)];
export const IN_RUN: readonly Faults[] = [
  NO_FAULTS,
  { fail: 0.1, hang: 0 },
  { fail: 0.05, hang: 0.02 },
  atRead(2),
  atRead(5),
  atHandOver(2, false),
  ...AT_HAND_OVER,
];

export interface Arrival {
  readonly id: string;
  /** Kills before it. */
  readonly kills: number;
}

/** Arrivals beyond the first of their event, by how many kills lie between it and the one before. */
export function copiesOf(all: readonly Arrival[]): readonly number[] {
  const last = new Map<string, number>();
  return all.flatMap((arrival) => {
    const before = last.get(arrival.id);
    last.set(arrival.id, arrival.kills);
    return before === undefined ? [] : [arrival.kills - before];
  });
}

/** Names of those that are replayed. */
export const SELECTED = ["Bought", "Sold"];
const NAMES = [...SELECTED, "Seen"];
export const nameOf = (n: number): string | undefined => (n % 5 === 4 ? undefined : NAMES[n % NAMES.length]);
export const eventOf = (n: number) => ({
  type: nameOf(n) === undefined ? "identify" : "track",
  ...(nameOf(n) === undefined ? { traits: { n } } : { event: nameOf(n), properties: { n } }),
  messageId: `m-${n}`,
  userId: `u${n % 7}`,
});
