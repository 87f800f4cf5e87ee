import { Banner } from "@cloudflare/kumo/components/banner";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { subscriptionsQuery } from "../../api/destination-queries.ts";
import type { DryRunDestination, ReasonWords, Replay } from "../../api/replay-types.ts";
import { mappingNames } from "../../logic/dead-letters.ts";
import { clip } from "../../logic/entry-text.ts";
import { leftOutWords, reasonRows, wouldSentence } from "../../logic/replay-report.ts";
import { count, plural } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { Unfold } from "../../parts/unfold.tsx";
import { useNames } from "../../parts/use-names.ts";
import { Before } from "./before.tsx";
import { Difference } from "./difference.tsx";
import { Earlier } from "./earlier.tsx";
import { Events } from "./events.tsx";
import { ReasonList } from "./reason-list.tsx";

type Report = NonNullable<Replay["report"]>;

interface DryRunProps {
  readonly replay: Replay;
  readonly report: Report;
  readonly reasons: ReasonWords;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

/** What the dry run found: per destination, and which events. It can be closed once there is more to see. */
export default function DryRun({ replay, report, reasons, open, onOpen }: DryRunProps): ReactNode {
  const isPast = replay.startedAt !== undefined;
  const { matched } = report;
  return (
    <section aria-labelledby="dry-run" className="flex flex-col gap-4">
      <div>
        <h2 id="dry-run" className="font-semibold">
          {isPast ? (
            <Unfold open={open} onToggle={() => onOpen(!open)}>
              What the dry run said
            </Unfold>
          ) : (
            "The dry run"
          )}
        </h2>
        <p className="text-kumo-subtle text-sm">
          It is about {plural(matched, "event")}. {leftOutWords(report).join(" ")}
          {isPast && " Counted before it was started; what has changed since is not in it."}
        </p>
      </div>
      {(open || !isPast) && (
        <>
          {report.destinations.map((one) => (
            <Destination key={one.destinationId} replay={replay} report={report} one={one} reasons={reasons} />
          ))}
          {report.events.length > 0 && <Events report={report} />}
        </>
      )}
    </section>
  );
}

interface DestinationProps {
  readonly replay: Replay;
  readonly report: Report;
  readonly one: DryRunDestination;
  readonly reasons: ReasonWords;
}

function Destination({ replay, report, one, reasons }: DestinationProps): ReactNode {
  const earlier = (replay.earlier ?? []).filter(({ destinationId }) => destinationId === one.destinationId);
  const { destinationName } = useNames();
  const name = destinationName(one.destinationId);
  const dropped = reasonRows(one.dropped, reasons);
  return (
    <article
      aria-label={name}
      className="ring-kumo-hairline bg-kumo-base flex flex-col gap-5 rounded-lg p-4 ring sm:p-5"
    >
      <div>
        <h3 className="font-semibold wrap-anywhere">
          <TextLink href={`/destinations/${one.destinationId}`}>{name}</TextLink>
        </h3>
        <p>{wouldSentence(report, one)}</p>
      </div>
      {one.sampledBy.length > 0 && (
        <Banner
          size="sm"
          variant="secondary"
          description={
            <span className="wrap-anywhere">
              Figures are what is to be expected: {one.sampledBy.map((title) => `“${clip(title, 60)}”`).join(", ")}{" "}
              {one.sampledBy.length === 1 ? "samples" : "sample"} events, and lots are drawn anew when it is sent.
            </span>
          }
        />
      )}
      {report.matched > 0 && <Difference one={one} name={name} />}
      {earlier.length > 0 && <Earlier replay={replay} sends={earlier} />}
      <div className="grid gap-x-8 gap-y-4 lg:auto-cols-fr lg:grid-flow-col">
        {one.would.length > 0 && <Mappings one={one} />}
        {dropped.length > 0 && (
          <div className="min-w-0">
            <h4 className="mb-2 text-sm font-semibold">Not sent, and why</h4>
            <ReasonList rows={dropped} advice={one.wouldSend === 0} />
          </div>
        )}
      </div>
      {report.matched > 0 && <Before one={one} reasons={reasons} />}
    </article>
  );
}

function Mappings({ one }: { one: DryRunDestination }): ReactNode {
  const mappings = useQuery(subscriptionsQuery(one.destinationId));
  return (
    <div className="min-w-0">
      <h4 className="mb-2 text-sm font-semibold">Deliveries by mapping</h4>
      <ul className="flex flex-col gap-2">
        {one.would.map(({ subscriptionId, count: n }) => (
          <li key={subscriptionId} className="flex items-baseline justify-between gap-4 text-sm">
            <bdi className="min-w-0 wrap-anywhere">{mappingNames([subscriptionId], mappings.data) || "…"}</bdi>
            <span className="shrink-0 font-medium tabular-nums">{count(n)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
