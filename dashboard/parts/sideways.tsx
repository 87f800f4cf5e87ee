import { type ReactNode, useEffect, useRef } from "react";

interface SidewaysProps {
  /** Another value when another button is pressed. */
  readonly pressed: string;
  readonly children: ReactNode;
}

/** A row of buttons that a phone pushes sideways: to where the pressed one is. */
export function Sideways({ pressed, children }: SidewaysProps): ReactNode {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => showPressed(row.current, pressed), [pressed]);
  return (
    <div ref={row} className="relative -mx-1 overflow-x-auto p-1">
      {children}
    </div>
  );
}

/** Sideways only: scrollIntoView would move the page as well. Once for each, so that nobody's push is undone. */
function showPressed(row: HTMLElement | null, pressed: string): void {
  const button = row?.querySelector<HTMLElement>("[aria-pressed='true']") ?? null;
  if (row === null || button === null || row.dataset["shown"] === pressed) return;
  row.dataset["shown"] = pressed;
  const end = button.offsetLeft + button.offsetWidth;
  if (button.offsetLeft < row.scrollLeft || end > row.scrollLeft + row.clientWidth)
    row.scrollLeft = end - row.clientWidth;
}
