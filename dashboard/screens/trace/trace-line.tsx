import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { Trace, TracedDelivery, TracedDestination } from "../../api/delivery-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { absoluteTime, clockTime, plural } from "../../logic/times.ts";
import {
  destinationWord,
  FATE_WORDS,
  fateStages,
  gapText,
  gateStage,
  sourceStages,
  type Stage,
  type Tone,
} from "../../logic/trace-lines.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { Until } from "../../parts/when.tsx";

const DOTS: Record<Tone, string> = {
  good: "text-kumo-success",
  bad: "text-kumo-danger",
  waiting: "text-kumo-warning",
  neutral: "text-kumo-inactive",
};
const BADGES = { good: "success", bad: "error", waiting: "warning", neutral: "secondary" } as const;

/** The whole path as one line: the door, the archive, then each destination. */
export function TraceLine({ trace }: { trace: Trace }): ReactNode {
  const receivedAt = trace.receivedAt === undefined ? undefined : Date.parse(trace.receivedAt);
  return (
    <ol aria-label="The path of the event" className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring sm:p-6">
      {sourceStages(trace).map((stage) => (
        <Point key={stage.key} stage={stage} />
      ))}
      {trace.destinations.map((destination) => (
        <Destination key={destination.id} destination={destination} receivedAt={receivedAt} />
      ))}
      {trace.destinations.length === 0 && trace.status !== "refused" && (
        <Point
          stage={{
            key: "none",
            tone: "neutral",
            title: "No destination",
            note: "Its source has none; it stays in the archive.",
          }}
        />
      )}
      {trace.destinationsUnasked > 0 && (
        <Point
          stage={{
            key: "unasked",
            tone: "neutral",
            title: `${plural(trace.destinationsUnasked, "destination")} not asked`,
            note: "They do not get this source’s events now; whether they got this one earlier is not known.",
          }}
        />
      )}
    </ol>
  );
}

interface PointProps {
  readonly stage: Stage;
  /** Within a destination: smaller. */
  readonly inner?: boolean;
  readonly children?: ReactNode;
}

/** A dot on the line, what happened, and when: the clock and the time since the one before. */
const Point = ({ stage: { tone, title, note, code, at, gap }, inner = false, children }: PointProps): ReactNode => (
  <li className="before:bg-kumo-line relative pb-5 pl-7 before:absolute before:top-3 before:bottom-0 before:left-[5px] before:w-px last:pb-0 last:before:hidden">
    <span aria-hidden className={`absolute top-1.5 left-0 size-[11px] rounded-full bg-current ${DOTS[tone]}`} />
    <div className="flex flex-wrap items-baseline justify-between gap-x-4">
      <span className={`min-w-0 wrap-anywhere ${inner ? "" : "font-medium"}`}>
        <bdi>{title}</bdi>
      </span>
      {at !== undefined && (
        <span className="text-kumo-subtle text-sm whitespace-nowrap tabular-nums">
          {gap !== undefined && <span className="mr-2">{gapText(gap)}</span>}
          <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)} className="font-mono">
            {clockTime(at)}
          </time>
        </span>
      )}
    </div>
    {(note !== undefined || code !== undefined) && (
      <p className="text-kumo-subtle text-sm wrap-anywhere">
        {note !== undefined && <bdi>{clip(note, 500)}</bdi>}{" "}
        {code !== undefined && <code className="font-mono text-xs">{code}</code>}
      </p>
    )}
    {children}
  </li>
);

interface DestinationProps {
  readonly destination: TracedDestination;
  readonly receivedAt: number | undefined;
}

function Destination({ destination, receivedAt }: DestinationProps): ReactNode {
  const { id, name, enabled, connected, sentence, deliveries } = destination;
  const { word, tone } = destinationWord(destination);
  return (
    <li className="before:bg-kumo-line relative pb-6 pl-7 before:absolute before:top-3 before:bottom-0 before:left-[5px] before:w-px last:pb-0 last:before:hidden">
      <span aria-hidden className={`absolute top-1.5 left-0 size-[11px] rounded-full bg-current ${DOTS[tone]}`} />
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 font-medium wrap-anywhere">
          <TextLink href={`/destinations/${id}/delivery`}>{name}</TextLink>
        </span>
        <Badge variant={BADGES[tone]}>{word}</Badge>
        {!enabled && <Badge variant="warning">switched off</Badge>}
        {!connected && <Badge variant="secondary">not connected any more</Badge>}
      </div>
      {sentence !== undefined && <p className="text-kumo-subtle text-sm">{sentence}</p>}
      {deliveries.map((delivery) => (
        <Delivery
          key={delivery.replayId ?? "first"}
          destinationId={id}
          delivery={delivery}
          receivedAt={receivedAt}
          named={deliveries.length > 1 || delivery.replayId !== undefined}
        />
      ))}
    </li>
  );
}

interface DeliveryProps {
  readonly destinationId: string;
  readonly delivery: TracedDelivery;
  readonly receivedAt: number | undefined;
  readonly named: boolean;
}

function Delivery({ destinationId, delivery, receivedAt, named }: DeliveryProps): ReactNode {
  const { replayId, gate, subscriptions } = delivery;
  // What no mapping wants is told by the gate; of several, those that do not want it are only named.
  const unmatched = subscriptions.filter(({ status }) => status === "unmatched");
  const wanted = subscriptions.filter(({ status }) => status !== "unmatched");
  return (
    <div className="mt-3">
      {named && (
        <p className="text-kumo-subtle mb-2 text-sm">
          {replayId === undefined ? "First delivery" : `Sent again (${replayId})`}
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
                {fate.sentence} <code className="font-mono text-xs">{fate.reason}</code>
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
            {fate.status === "abandoned" && fate.todo !== undefined && <p className="mt-1 text-sm">{fate.todo}</p>}
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
