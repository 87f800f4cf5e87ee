import type { ReactNode } from "react";
import type { ReasonRow } from "../../logic/replay-report.ts";
import { count } from "../../logic/times.ts";
import { ReasonCode } from "../../parts/reason-code.tsx";

interface ReasonListProps {
  readonly rows: readonly ReasonRow[];
  /** What to do is said as well. */
  readonly advice?: boolean;
}

/** Counts by reason, each with its sentence. */
export const ReasonList = ({ rows, advice = false }: ReasonListProps): ReactNode => (
  <ul className="flex flex-col gap-2">
    {rows.map(({ reason, sentence, todo, count: n }) => (
      <li key={reason} className="flex items-baseline justify-between gap-4 text-sm">
        <span className="min-w-0 wrap-anywhere">
          {sentence} <ReasonCode reason={reason} sentence={sentence} />
          {advice && todo !== "" && <span className="text-kumo-subtle block">{todo}</span>}
        </span>
        <span className="shrink-0 font-medium tabular-nums">{count(n)}</span>
      </li>
    ))}
  </ul>
);
