import { type RefObject, useEffect } from "react";
import type { DebuggerEntry } from "../../../src/core/debugger.ts";

interface ListKeys {
  readonly entries: readonly DebuggerEntry[];
  readonly selected: number | undefined;
  readonly select: (seq: number | undefined) => void;
  readonly searchBox: RefObject<HTMLInputElement | null>;
}

/** j and k (or the arrows) walk the list, / goes to the search, Esc closes the open event. */
export function useListKeys({ entries, selected, select, searchBox }: ListKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      if (event.key === "Escape") return escape(event, selected, select);
      if (isTyping(event.target) || document.querySelector("[role=dialog]") !== null) return;
      const step = stepOf(event);
      if (event.key === "/") searchBox.current?.focus();
      else if (step === 0) return;
      else {
        const at = entries.findIndex((entry) => entry.seq === selected);
        const next = at < 0 ? entries[0] : entries[Math.min(Math.max(at + step, 0), entries.length - 1)];
        if (next !== undefined) select(next.seq);
      }
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [entries, selected, select, searchBox]);
}

/** Arrows only move the selection inside the list; elsewhere they scroll. */
function stepOf(event: KeyboardEvent): -1 | 0 | 1 {
  const inList = event.target instanceof Element && event.target.closest("[role=listbox]") !== null;
  if (event.key === "j" || (inList && event.key === "ArrowDown")) return 1;
  if (event.key === "k" || (inList && event.key === "ArrowUp")) return -1;
  return 0;
}

function escape(event: KeyboardEvent, selected: number | undefined, select: ListKeys["select"]): void {
  if (isTyping(event.target)) (event.target as HTMLElement).blur();
  else if (selected !== undefined) select(undefined);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
