import { Badge } from "@cloudflare/kumo/components/badge";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { deliveryMetricsQuery } from "../../api/queries.ts";
import type { ReasonWords, Replay, ReplayTrack } from "../../api/replay-types.ts";
import { standingOf } from "../../logic/delivery-report.ts";
import { reasonRows } from "../../logic/replay-report.ts";
import { isTriedAgain, trackFigures, trackSentence, trackWord } from "../../logic/replay-tracks.ts";
import { sumOfReasons, trackShare } from "../../logic/replays.ts";
import { count } from "../../logic/times.ts";
import { ProgressBar } from "../../parts/progress-bar.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useNames } from "../../parts/use-names.ts";
import { Until } from "../../parts/when.tsx";
import { ReasonList } from "./reason-list.tsx";

interface TracksProps {
  readonly replay: Replay;
  readonly reasons: ReasonWords;
}

/** How far it is with each destination, and what came of it there. */
export const Tracks = ({ replay, reasons }: TracksProps): ReactNode => (
  <section aria-labelledby="progress" className="flex flex-col gap-4">
    <h2 id="progress" className="font-semibold">
      {replay.status === "finished" || replay.status === "cancelled" ? "What came of it" : "How far it is"}
    </h2>
    {replay.progress.destinations.map((track) => (
      <Track key={track.destinationId} replay={replay} track={track} reasons={reasons} />
    ))}
  </section>
);

function Track({ replay, track, reasons }: TracksProps & { track: ReplayTrack }): ReactNode {
  const { destinationName } = useNames();
  const name = destinationName(track.destinationId);
  const sentence = trackSentence(track, replay.status);
  return (
    <article
      aria-label={name}
      className="ring-kumo-hairline bg-kumo-base flex flex-col gap-3 rounded-lg p-4 ring sm:p-5"
    >
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h3 className="min-w-0 font-semibold wrap-anywhere">
          <TextLink href={`/destinations/${track.destinationId}/delivery`}>{name}</TextLink>
        </h3>
        <Word track={track} replay={replay} />
      </div>
      <TrackBar name={name} replay={replay} track={track} />
      {sentence !== "" && (
        <p className="text-kumo-subtle text-sm">
          {sentence} {isTriedAgain(track, replay.status) && <NextTry destinationId={track.destinationId} />}
        </p>
      )}
      <Figures track={track} />
      <Reasons track={track} reasons={reasons} />
    </article>
  );
}

/** Of the destination as a whole: what waits there is tried in turn, of replays as of live traffic. */
function NextTry({ destinationId }: { destinationId: string }): ReactNode {
  const report = useQuery(deliveryMetricsQuery(destinationId)).data;
  const { next, at } = (report && standingOf(report)) ?? {};
  if (next === undefined || at === undefined) return null;
  return (
    <>
      {next} <Until at={at} />.
    </>
  );
}

const COLOURS = { done: "success", sending: "info", waiting: "secondary", held: "warning" } as const;

const Word = ({ track, replay: { status } }: { track: ReplayTrack; replay: Replay }): ReactNode => (
  <Badge
    variant={
      status === "running" || (track.state === "done" && status !== "cancelled") ? COLOURS[track.state] : "secondary"
    }
  >
    {trackWord(track, status)}
  </Badge>
);

/** Events that have come to an end, then those that are on their way. */
function TrackBar({ name, replay, track }: { name: string; replay: Replay; track: ReplayTrack }): ReactNode {
  const { events } = replay.progress;
  const { pending, state } = track;
  const isWhole = state === "done" && replay.status !== "cancelled";
  const ended = trackShare(track, replay);
  const underWay = isWhole || events === 0 ? 0 : Math.min(1 - ended, pending / events);
  const colour = replay.status === "cancelled" ? "text-kumo-inactive" : "text-kumo-success";
  return (
    <div>
      <ProgressBar
        label={`Sent to ${name}`}
        parts={[
          { name: "ended", share: ended, colour },
          { name: "under way", share: underWay, colour: "text-kumo-info" },
        ]}
      />
      <p className="text-kumo-subtle mt-1 text-sm tabular-nums">{trackFigures(track, replay)}</p>
    </div>
  );
}

const Figures = ({ track }: { track: ReplayTrack }): ReactNode => {
  const dropped = sumOfReasons(track.dropped);
  const givenUp = sumOfReasons(track.abandoned);
  return (
    <dl className="grid grid-cols-3 gap-3 sm:grid-cols-4">
      <Figure name="Delivered" value={track.delivered} />
      <Figure name="Not sent" value={dropped} />
      <Figure
        name="Given up"
        value={givenUp}
        colour={givenUp > 0 ? "text-kumo-danger" : ""}
        note={givenUp > 0 && <TextLink href={lettersHref(track)}>Dead letters</TextLink>}
      />
      {track.gone > 0 && <Figure name="No longer archived" value={track.gone} />}
    </dl>
  );
};

/** Of one reason alone, where there is only one. */
function lettersHref({ destinationId, abandoned }: ReplayTrack): string {
  const [reason = "", ...others] = Object.keys(abandoned);
  const search = others.length === 0 ? `?${new URLSearchParams({ reason })}` : "";
  return `/destinations/${destinationId}/dead-letters${search}`;
}

interface FigureProps {
  readonly name: string;
  readonly value: number;
  readonly colour?: string;
  readonly note?: ReactNode;
}

const Figure = ({ name, value, colour = "", note }: FigureProps): ReactNode => (
  <div>
    <dt className="text-kumo-subtle text-sm">{name}</dt>
    <dd className={`text-lg font-semibold tabular-nums ${colour}`}>
      {count(value)} {note !== undefined && <span className="ml-1 text-sm font-normal">{note}</span>}
    </dd>
  </div>
);

function Reasons({ track, reasons }: { track: ReplayTrack; reasons: ReasonWords }): ReactNode {
  const dropped = reasonRows(track.dropped, reasons);
  const abandoned = reasonRows(track.abandoned, reasons);
  if (dropped.length + abandoned.length === 0) return null;
  return (
    <div className="border-kumo-hairline grid gap-x-8 gap-y-4 border-t pt-3 lg:grid-cols-2">
      {abandoned.length > 0 && (
        <div className="min-w-0">
          <h4 className="mb-2 text-sm font-semibold">Given up, and why</h4>
          <ReasonList rows={abandoned} advice />
        </div>
      )}
      {dropped.length > 0 && (
        <div className="min-w-0">
          <h4 className="mb-2 text-sm font-semibold">Not sent, and why</h4>
          <ReasonList rows={dropped} />
        </div>
      )}
    </div>
  );
}
