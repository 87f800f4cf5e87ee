import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { StopIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { ArchiveFacts } from "../../api/archive-types.ts";
import { ApiError } from "../../api/client.ts";
import type { ArchivedDay } from "../../api/replay-types.ts";
import { replayOf } from "../../logic/archive-question.ts";
import { leftOf, type Run, shareDone, totalOf } from "../../logic/archive-run.ts";
import { runCaveats, runDetail, runTitle } from "../../logic/archive-words.ts";
import { eventsWithin, type Window } from "../../logic/replay-range.ts";
import { OwnersOnly } from "../../parts/owners-only.tsx";
import { ErrorCard } from "../../parts/page-states.tsx";
import { ProgressBar } from "../../parts/progress-bar.tsx";
import { TextLink } from "../../parts/text-link.tsx";

interface RunBarProps {
  readonly sourceId: string;
  readonly run: Run;
  readonly facts: ArchiveFacts;
  readonly days: readonly ArchivedDay[] | undefined;
  /** Of a refusal, those that belong to no field. */
  readonly problems: readonly string[];
  /** A field shows what is wrong; nothing was searched. */
  readonly refused: boolean;
  readonly onStop: () => void;
  readonly onGoOn: () => void;
}

/** How the search stands, in words, and how to end it. */
export function RunBar(props: RunBarProps): ReactNode {
  const { sourceId, run, facts, days, problems, refused, onStop, onGoOn } = props;
  if (refused) return <p role="status">Nothing was searched: put right what is marked above.</p>;
  const whole = holdings(run.asked.window, facts);
  const left = days === undefined ? undefined : eventsWithin(days, leftOf(run, whole));
  const requestId = run.error instanceof ApiError ? run.error.requestId : undefined;
  if (run.status === "cut" && run.error !== undefined && totalOf(run).events === 0)
    return <ErrorCard error={run.error} what="The search could not be run" retry={onGoOn} />;
  const replay = replayOf(sourceId, run.asked.question);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div role="status" className="min-w-0 flex-1 basis-64">
          <p className="font-semibold">{runTitle(run)}</p>
          <p className="text-kumo-subtle text-sm">{runDetail(run, left)}</p>
        </div>
        {run.status === "running" ? (
          <Button icon={<StopIcon aria-hidden />} onClick={onStop}>
            Stop
          </Button>
        ) : (
          <OwnersOnly>
            <p className="text-sm">
              <TextLink href={replay.href}>Replay these events</TextLink>
              {!replay.exact && (
                <span className="text-kumo-subtle block">without the text: replays go by the other conditions</span>
              )}
            </p>
          </OwnersOnly>
        )}
      </div>
      {run.status === "running" && (
        <ProgressBar
          label="How much of the time has been looked through"
          parts={[{ name: "looked through", share: shareDone(run, whole), colour: "text-kumo-brand" }]}
        />
      )}
      {run.status === "cut" && (
        <Banner
          variant="error"
          title="The search could not be finished"
          description={
            <span className="flex flex-col items-start gap-2">
              <span className="break-words">
                {problems.join(" ") || "The answer ended before it was whole."} What is shown is right.
                {requestId !== undefined && (
                  <>
                    {" "}
                    Request <code className="font-mono">{requestId}</code>
                  </>
                )}
              </span>
              <Button size="sm" onClick={onGoOn}>
                Try again
              </Button>
            </span>
          }
        />
      )}
      {runCaveats(run).map((caveat) => (
        <p key={caveat} className="text-kumo-subtle text-sm">
          {caveat}
        </p>
      ))}
    </div>
  );
}

/** The part of the time asked for in which the archive holds anything. */
function holdings({ from, to }: Window, { firstAt, lastAt }: ArchiveFacts): Window {
  const first = firstAt === undefined ? from : Date.parse(firstAt);
  const last = lastAt === undefined ? to : Date.parse(lastAt) + 1;
  const start = Math.max(from, first);
  return { from: start, to: Math.max(start, Math.min(to, last)) };
}
