import type { ReactNode } from "react";
import { monogram } from "../logic/catalogue.ts";

/** A tool's two letters, where others would have its logo. */
export const KindMark = ({ name, dim = false }: { name: string; dim?: boolean }): ReactNode => (
  <span
    aria-hidden
    className={`bg-kumo-tint text-kumo-default flex size-9 shrink-0 items-center justify-center rounded-md text-sm font-semibold ${dim ? "opacity-50" : ""}`}
  >
    {monogram(name)}
  </span>
);
