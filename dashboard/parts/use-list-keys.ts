import { type RefObject, useEffect } from "react";

interface ListKeys<K> {
  /** What names each row, in their order. */
  readonly rows: readonly K[];
  readonly selected: K | undefined;
  readonly select: (row: K | undefined) => void;
  readonly searchBox: RefObject<HTMLInputElement | null>;
}

/** j and k (or the arrows) walk the list, / goes to the search, Esc closes the open event. */
export function useListKeys<K extends string | number>({ rows, selected, select, searchBox }: ListKeys<K>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("[role=dialog], [role=alertdialog]") !== null) return;
      if (event.key === "Escape") return escape(event, selected, select);
      if (isTyping(event.target)) return;
      const step = stepOf(event);
      if (event.key === "/") searchBox.current?.focus();
      else if (step === 0) return;
      else {
        const at = selected === undefined ? -1 : rows.indexOf(selected);
        const next = at < 0 ? rows[0] : rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
        if (next !== undefined) select(next);
      }
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [rows, selected, select, searchBox]);
}

/** Arrows only move the selection inside the list; elsewhere they scroll. */
function stepOf(event: KeyboardEvent): -1 | 0 | 1 {
  const inList = event.target instanceof Element && event.target.closest("[role=listbox]") !== null;
  if (event.key === "j" || (inList && event.key === "ArrowDown")) return 1;
  if (event.key === "k" || (inList && event.key === "ArrowUp")) return -1;
  return 0;
}

function escape<K>(event: KeyboardEvent, selected: K | undefined, select: ListKeys<K>["select"]): void {
  if (isTyping(event.target)) (event.target as HTMLElement).blur();
  else if (selected !== undefined) select(undefined);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
