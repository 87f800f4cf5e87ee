import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { PaperPlaneTiltIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { actOnReplay } from "../../api/replay-queries.ts";
import type { Replay } from "../../api/replay-types.ts";
import { doublingWords, earlierWarning, eventsFor, startSummary } from "../../logic/replay-report.ts";
import { durationAt } from "../../logic/replay-answers.ts";
import { count, plural } from "../../logic/times.ts";
import { OwnersOnly } from "../../parts/owners-only.tsx";
import { useNames } from "../../parts/use-names.ts";

interface StartProps {
  readonly replay: Replay;
  readonly report: NonNullable<Replay["report"]>;
}

/** What Start would do, in plain words, and Start. */
export default function Start({ replay, report }: StartProps): ReactNode {
  const { destinationName } = useNames();
  const start = useMutation({ mutationFn: () => actOnReplay(replay.id, "start") });
  const summary = startSummary(report);
  const doubled = doublingWords(summary);
  const earlier = earlierWarning(replay);
  if (report.matched === 0) return <Nothing text="No event of that time is meant, so there is nothing to send." />;
  if (summary.deliveries === 0)
    return (
      <Nothing text="Nothing would be sent: below, for each destination, is why. Change that first; then prepare another replay like this one, whose dry run sees the change." />
    );
  const about = summary.sampled ? "about " : "";
  return (
    <section aria-labelledby="start" className="ring-kumo-line bg-kumo-base rounded-lg p-4 ring sm:p-5">
      <h2 id="start" className="font-semibold">
        What starting it does
      </h2>
      <ul className="mt-2 flex flex-col gap-1">
        {report.destinations.map((one) => (
          <li key={one.destinationId} className="wrap-anywhere">
            {one.sampledBy.length > 0 && "About "}
            <strong className="font-semibold tabular-nums">{plural(eventsFor(report, one), "event")}</strong> to{" "}
            <bdi className="font-medium">{destinationName(one.destinationId)}</bdi>
            {one.wouldSend !== eventsFor(report, one) &&
              one.wouldSend > 0 &&
              `, as ${plural(one.wouldSend, "delivery", "deliveries")}`}
          </li>
        ))}
      </ul>
      <p className="text-kumo-subtle mt-2 text-sm">
        At {plural(replay.rate, "event")} a second to each, it takes {durationAt(report.matched, replay.rate)}, longer
        if a destination is slower. What is delivered cannot be taken back; it can be paused and cancelled at any time.
      </p>
      {earlier !== undefined && <Banner className="mt-4" size="sm" variant="alert" description={earlier} />}
      {doubled !== undefined && <Banner className="mt-4" size="sm" variant="alert" description={doubled} />}
      {start.isError && <Banner className="mt-4" size="sm" variant="error" description={start.error.message} />}
      <OwnersOnly>
        <Button
          className="mt-4"
          variant="primary"
          icon={<PaperPlaneTiltIcon aria-hidden />}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          Start: send {about}
          {count(summary.deliveries)} {summary.deliveries === 1 ? "delivery" : "deliveries"}
        </Button>
      </OwnersOnly>
    </section>
  );
}

const Nothing = ({ text }: { text: string }): ReactNode => (
  <Banner variant="alert" title="Nothing to send" description={text} />
);
