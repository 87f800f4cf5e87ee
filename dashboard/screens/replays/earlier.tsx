import type { ReactNode } from "react";
import type { EarlierSend, Replay } from "../../api/replay-types.ts";
import { earlierName, earlierWords } from "../../logic/replay-report.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { When } from "../../parts/when.tsx";

interface EarlierProps {
  readonly replay: Replay;
  /** At least one, all to the same destination. */
  readonly sends: readonly EarlierSend[];
}

/** What other replays of the same time have sent to one destination. */
export const Earlier = ({ replay, sends }: EarlierProps): ReactNode => (
  <div className="min-w-0 text-sm">
    <h4 className="mb-2 font-semibold">Sent by other replays of this time, not in the figures above</h4>
    <ul className="flex flex-col gap-1">
      {sends.map((send) => (
        <li key={send.replayId} className="wrap-anywhere">
          <TextLink href={`/replays/${send.replayId}`}>{earlierName(send)}</TextLink> {earlierWords(send, replay)},{" "}
          {send.finishedAt === undefined ? "started" : "ended"} <When at={send.finishedAt ?? send.startedAt} />
        </li>
      ))}
    </ul>
  </div>
);
