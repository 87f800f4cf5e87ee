import type { DebuggerEntry } from "../../src/core/debugger.ts";
import { revealHidden } from "./literal.ts";

/** Characters of untrusted text that a row shows; the rest is in the panel. */
const ROW_CHARS = 160;

/** Untrusted text for one line: bounded, and without characters that act unseen. */
export const clip = (text: string, chars = ROW_CHARS): string =>
  revealHidden(text.length > chars ? `${text.slice(0, chars)}…` : text);

/** What a person would call this event. */
export function entryTitle(entry: DebuggerEntry): string {
  if (entry.name !== undefined && entry.name !== "") return clip(entry.name);
  if (entry.type === "identify" || entry.type === "alias") return clip(entry.userId ?? entry.anonymousId ?? "(no id)");
  if (entry.type !== undefined) return `(unnamed ${entry.type})`;
  return entry.raw === "" ? "(empty request)" : clip(entry.raw, 80);
}

/** Whom it is about: the user id, else the anonymous one. */
export const entryUser = (entry: DebuggerEntry): string => clip(entry.userId ?? entry.anonymousId ?? "");
