import type { ReactNode } from "react";
import type { Replay } from "../../api/replay-types.ts";
import { hourText } from "../../logic/export-hours.ts";
import { doneShare } from "../../logic/replays.ts";
import { plural } from "../../logic/times.ts";
import { ProgressBar } from "../../parts/progress-bar.tsx";

/** How far the dry run is; it reads the archive from the window's beginning to its end. */
export const Checking = ({ replay }: { replay: Replay }): ReactNode => {
  const { progress, status, startTime, endTime, error } = replay;
  const { checkedUntil, events } = progress;
  const colour = status === "failed" ? "text-kumo-danger" : "text-kumo-info";
  return (
    <section aria-labelledby="checking" className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring sm:p-5">
      <h2 id="checking" className="mb-3 font-semibold">
        The dry run
      </h2>
      <ProgressBar label="The dry run" parts={[{ name: "read", share: doneShare(replay) ?? 0, colour }]} />
      <p className="text-kumo-subtle mt-2 text-sm tabular-nums">
        {checkedUntil === undefined
          ? "It begins some seconds after the end of its time, so that what came in last is archived. Two are made at once; others wait for their turn."
          : `${plural(events, "event")} found; read until ${hourText(checkedUntil)} of ${hourText(startTime)} – ${hourText(endTime)} UTC.`}
      </p>
      {status === "checking" && error !== undefined && (
        <p className="text-kumo-warning mt-2 text-sm wrap-anywhere">
          It tries again: <bdi>{error}</bdi>
        </p>
      )}
    </section>
  );
};
