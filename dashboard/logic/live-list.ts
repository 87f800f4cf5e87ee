import type { DebuggerEntry, ServerFrame } from "../../src/core/debugger.ts";

/** What the list shows and what waits until nobody is looking at a particular row. Newest first, by `seq`. */
export interface LiveList {
  readonly shown: readonly DebuggerEntry[];
  readonly waiting: readonly DebuggerEntry[];
  /** Events of the ring's time that the sample left out. */
  readonly hidden: number;
  /** False until the first ring has come: nothing is known yet, which is not the same as nothing there. */
  readonly loaded: boolean;
}

/** A server frame; `fresh` when it answers a new filter, so that what was shown before does not match any more. */
export type LiveFrame = ServerFrame & { readonly fresh: boolean };

export type LiveAction =
  | { readonly kind: "frame"; readonly frame: LiveFrame; readonly held: boolean }
  | { readonly kind: "release" };

/** The server's ring holds 500; the page keeps as many again for a person who is reading. */
const KEPT = 1000;

export const EMPTY_LIST: LiveList = { shown: [], waiting: [], hidden: 0, loaded: false };

/** Moves the list on. While `held`, newer rows wait so that nothing moves under the pointer; `release` shows them. */
export function moveList(list: LiveList, action: LiveAction): LiveList {
  switch (action.kind) {
    case "release":
      return list.waiting.length === 0 ? list : { ...list, shown: merge(list.waiting, list.shown), waiting: [] };
    case "frame":
      return takeFrame(list, action.frame, action.held);
    default:
      return action satisfies never;
  }
}

function takeFrame(list: LiveList, frame: LiveFrame, held: boolean): LiveList {
  if (frame.fresh) return { shown: merge(frame.entries, []), waiting: [], hidden: frame.hidden, loaded: true };
  const known = new Set([...list.shown, ...list.waiting].map((entry) => entry.seq));
  const added = frame.entries.filter((entry) => !known.has(entry.seq));
  const newest = list.shown[0]?.seq ?? 0;
  // Older rows (the rest of a large ring) go in below and move nothing.
  const newer = held && newest > 0 ? added.filter((entry) => entry.seq > newest) : [];
  const now = newer.length === 0 ? added : added.filter((entry) => entry.seq <= newest);
  const waiting = merge(newer, list.waiting);
  return held && newest > 0
    ? { shown: merge(now, list.shown), waiting, hidden: frame.hidden, loaded: true }
    : { shown: merge(now, merge(list.waiting, list.shown)), waiting: [], hidden: frame.hidden, loaded: true };
}

function merge(added: readonly DebuggerEntry[], rest: readonly DebuggerEntry[]): readonly DebuggerEntry[] {
  if (added.length === 0) return rest;
  return [...added, ...rest].toSorted((a, b) => b.seq - a.seq).slice(0, KEPT);
}
