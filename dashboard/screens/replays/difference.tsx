import type { ReactNode } from "react";
import type { DryRunDestination } from "../../api/replay-types.ts";
import { type DiffPart, diffParts } from "../../logic/replay-report.ts";
import { count } from "../../logic/times.ts";

const COLOURS: Readonly<Record<DiffPart["id"], string>> = {
  new: "text-kumo-success",
  again: "text-kumo-warning",
  unknown: "text-kumo-inactive",
  missing: "text-kumo-danger",
};

/** What would be sent against what was: a bar of the first, and every part with what it means. */
export function Difference({ one, name }: { one: DryRunDestination; name: string }): ReactNode {
  const parts = diffParts(one, name).filter(({ count: n, id }) => n > 0 || (id === "new" && one.wouldSend > 0));
  if (parts.length === 0) return null;
  return (
    <div className="min-w-0">
      <h4 className="mb-2 text-sm font-semibold">Against what was delivered then</h4>
      {one.wouldSend > 0 && (
        <div aria-hidden className="bg-kumo-tint mb-3 flex h-2 overflow-hidden rounded-full">
          {parts
            .filter(({ id, count: n }) => id !== "missing" && n > 0)
            .map(({ id, count: n }) => (
              <span
                key={id}
                className={`min-w-1 bg-current ${COLOURS[id]}`}
                style={{ width: `${(n / one.wouldSend) * 100}%` }}
              />
            ))}
        </div>
      )}
      <dl className="flex flex-col gap-2">
        {parts.map((part) => (
          <div key={part.id} className="grid grid-cols-[0.625rem_minmax(0,1fr)_auto] items-baseline gap-x-2">
            <span aria-hidden className={`size-2.5 rounded-full bg-current ${COLOURS[part.id]}`} />
            <dt className="font-medium">{part.name}</dt>
            <dd className="text-right font-medium tabular-nums">{count(part.count)}</dd>
            <dd className="text-kumo-subtle col-start-2 text-sm wrap-anywhere">{part.sentence}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
