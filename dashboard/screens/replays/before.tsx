import { type ReactNode, useState } from "react";
import type { DryRunDestination, ReasonWords } from "../../api/replay-types.ts";
import { beforeWords, reasonRows } from "../../logic/replay-report.ts";
import { sumOfReasons } from "../../logic/replays.ts";
import { Unfold } from "../../parts/unfold.tsx";
import { ReasonList } from "./reason-list.tsx";

/** What became of the events when they came in. */
export function Before({ one, reasons }: { one: DryRunDestination; reasons: ReasonWords }): ReactNode {
  const [open, setOpen] = useState(false);
  const { notDelivered } = one.before;
  const some = sumOfReasons(notDelivered) > 0;
  return (
    <div className="border-kumo-hairline border-t pt-3 text-sm">
      <p>
        <span className="text-kumo-subtle">When they came in:</span> {beforeWords(one)}.
      </p>
      {some && (
        <Unfold open={open} className="text-kumo-link mt-1" onToggle={() => setOpen(!open)}>
          Why they were not delivered
        </Unfold>
      )}
      {open && (
        <div className="mt-3">
          <ReasonList rows={reasonRows(notDelivered, reasons)} />
        </div>
      )}
    </div>
  );
}
