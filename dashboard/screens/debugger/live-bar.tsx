import { Button } from "@cloudflare/kumo/components/button";
import { PauseIcon, PlayIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { Live } from "../../live/use-live-list.ts";
import { count, plural } from "../../logic/times.ts";
import { useNow, When } from "../../parts/when.tsx";

interface LiveBarProps {
  readonly live: Live;
  readonly filtered: boolean;
  readonly paused: boolean;
  readonly onPausedChange: (paused: boolean) => void;
}

/** Whether the list is live, what it leaves out, and the pause button. */
export const LiveBar = ({ live, filtered, paused, onPausedChange }: LiveBarProps): ReactNode => (
  <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-4 sm:px-8">
    <div className="min-w-0 flex-1">
      <h1 className="text-base font-semibold">
        <Newest live={live} filtered={filtered} />
      </h1>
      <p className="text-kumo-subtle text-sm">
        <Connection live={live} />
        {live.list.hidden > 0 && (
          <span title="A busy source is sampled here; nothing is sampled in the archive or on its way to destinations.">
            {" · "}
            {plural(live.list.hidden, "more event")} of this time not shown (the view is a sample)
          </span>
        )}
      </p>
    </div>
    <Button
      icon={paused ? <PlayIcon aria-hidden /> : <PauseIcon aria-hidden />}
      onClick={() => onPausedChange(!paused)}
    >
      {paused ? "Resume" : "Pause"}
    </Button>
  </div>
);

function Newest({ live, filtered }: { live: Live; filtered: boolean }): ReactNode {
  const newest = live.list.waiting[0] ?? live.list.shown[0];
  if (!live.list.loaded) return "What arrives right now?";
  if (newest === undefined) return filtered ? "Nothing matches" : "Nothing has arrived yet";
  return (
    <>
      Last event <When at={newest.receivedAt} />
      <span className="text-kumo-subtle font-normal"> · {count(live.list.shown.length)} shown</span>
    </>
  );
}

function Connection({ live }: { live: Live }): ReactNode {
  const now = useNow();
  const { state } = live;
  switch (state.status) {
    case "live":
      return (
        <Dot colour="bg-kumo-success" pulse>
          Live
        </Dot>
      );
    case "paused":
      return <Dot colour="bg-kumo-warning">Paused: new events wait on the server</Dot>;
    case "connecting":
      return <Dot colour="bg-kumo-info">Connecting…</Dot>;
    case "waiting":
      return (
        <Dot colour="bg-kumo-danger">
          Disconnected; trying again in {Math.max(1, Math.ceil((state.at - now) / 1000))} s{" "}
          <button type="button" className="text-kumo-link cursor-pointer underline" onClick={live.retryNow}>
            Try now
          </button>
        </Dot>
      );
    default:
      return state satisfies never;
  }
}

const Dot = ({
  colour,
  pulse = false,
  children,
}: {
  colour: string;
  pulse?: boolean;
  children: ReactNode;
}): ReactNode => (
  <span role="status">
    <span aria-hidden className={`mr-1.5 inline-block size-2 rounded-full ${colour} ${pulse ? "animate-pulse" : ""}`} />
    {children}
  </span>
);
