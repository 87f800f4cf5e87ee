import type { ReactNode } from "react";
import type { TracedDelivery } from "../../api/delivery-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { replayIdOf } from "../../logic/replay-id.ts";
import { FATE_WORDS, fateStages, gateStage } from "../../logic/trace-lines.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { Until } from "../../parts/when.tsx";
import { ReasonCode } from "../../parts/reason-code.tsx";
import { Point } from "./point.tsx";

interface DeliveryProps {
  readonly destinationId: string;
  readonly delivery: TracedDelivery;
  readonly receivedAt: number | undefined;
  /** The latest one: what to do is said there. */
  readonly last: boolean;
  readonly named: boolean;
}

/** Why it was sent: it had come in, dead letters were sent again, or a replay. */
function Occasion({ replayId }: { replayId: string | undefined }): ReactNode {
  if (replayId === undefined) return "First delivery";
  const replay = replayIdOf(replayId);
  if (replay !== undefined) {
    return (
      <>
        Sent again by <TextLink href={`/replays/${replay}`}>a replay</TextLink>
      </>
    );
  }
  return (
    <>
      Sent again <code className="font-mono text-xs break-all">{replayId}</code>
    </>
  );
}

/** One delivery or re-send: what the gate said, then each mapping with its attempts. */
export function DeliveryLine({ destinationId, delivery, receivedAt, last, named }: DeliveryProps): ReactNode {
  const { replayId, gate, subscriptions } = delivery;
  // What no mapping wants is told by the gate; of several, those that do not want it are only named.
  const unmatched = subscriptions.filter(({ status }) => status === "unmatched");
  const wanted = subscriptions.filter(({ status }) => status !== "unmatched");
  return (
    <div className="mt-3">
      {named && (
        <p className="text-kumo-subtle mb-2 text-sm">
          <Occasion replayId={replayId} />
        </p>
      )}
      <ol>
        <Point inner stage={gateStage(delivery)} />
        {wanted.map((fate) => (
          <li key={fate.id} className="relative pb-4 pl-7 last:pb-0">
            <span aria-hidden className="border-kumo-line absolute top-1.5 left-0 size-[11px] rounded-full border-2" />
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="wrap-anywhere">
                Mapping{" "}
                {fate.deleted === true ? (
                  `“${clip(fate.name, 80)}” (deleted)`
                ) : (
                  <TextLink href={`/destinations/${destinationId}/mappings/${fate.id}`}>{clip(fate.name, 80)}</TextLink>
                )}
              </span>
              <span className="text-kumo-subtle text-sm">{FATE_WORDS[fate.status]}</span>
            </p>
            {fate.attempts.length === 0 && fate.sentence !== undefined && (
              <p className="text-kumo-subtle text-sm wrap-anywhere">
                {fate.sentence}{" "}
                {fate.reason !== undefined && <ReasonCode reason={fate.reason} sentence={fate.sentence} />}
              </p>
            )}
            {fate.attemptsForgotten === true && (
              <p className="text-kumo-subtle text-sm">Earlier attempts are not remembered any more.</p>
            )}
            <ol className="mt-2">
              {fateStages(fate, receivedAt).map((stage) => (
                <Point key={stage.key} inner stage={stage} />
              ))}
              {fate.status === "pending" && (
                <Point
                  inner
                  stage={{
                    key: "next",
                    tone: "waiting",
                    title: fate.attempts.length === 0 ? "Waiting for its turn" : "Waiting for the next attempt",
                  }}
                >
                  {fate.nextAttemptAt !== undefined && (
                    <p className="text-kumo-subtle text-sm">
                      Next attempt: <Until at={fate.nextAttemptAt} />
                    </p>
                  )}
                </Point>
              )}
            </ol>
            {last && fate.status === "abandoned" && fate.todo !== undefined && (
              <p className="mt-1 text-sm">{fate.todo}</p>
            )}
          </li>
        ))}
      </ol>
      {unmatched.length > 0 && gate.status === "passed" && (
        <p className="text-kumo-subtle mt-1 pl-7 text-sm wrap-anywhere">
          Not wanted by {unmatched.map(({ name }) => `“${clip(name, 60)}”`).join(", ")}.
        </p>
      )}
    </div>
  );
}
