import { Banner } from "@cloudflare/kumo/components/banner";
import { CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { subscriptionsQuery } from "../../api/destination-queries.ts";
import type { DryRunDestination, ReasonWords, Replay } from "../../api/replay-types.ts";
import { mappingNames } from "../../logic/dead-letters.ts";
import { clip } from "../../logic/entry-text.ts";
import {
  beforeWords,
  type DiffPart,
  diffParts,
  leftOutWords,
  reasonRows,
  wouldSentence,
} from "../../logic/replay-report.ts";
import { sumOfReasons } from "../../logic/replays.ts";
import { count, plural } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { useNames } from "../../parts/use-names.ts";
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
            <button
              type="button"
              aria-expanded={open}
              className="flex cursor-pointer items-center gap-2"
              onClick={() => onOpen(!open)}
            >
              {open ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden />}
              What the dry run said
            </button>
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
      {report.matched > 0 && <Diff one={one} name={name} />}
      {earlier.length > 0 && <Earlier replay={replay} sends={earlier} />}
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
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

const COLOURS: Readonly<Record<DiffPart["id"], string>> = {
  new: "text-kumo-success",
  again: "text-kumo-warning",
  unknown: "text-kumo-inactive",
  missing: "text-kumo-danger",
};

/** What would be sent against what was: a bar of the first, and every part with what it means. */
function Diff({ one, name }: { one: DryRunDestination; name: string }): ReactNode {
  const parts = diffParts(one, name).filter(({ count: n, id }) => n > 0 || (id === "new" && one.wouldSend > 0));
  if (parts.length === 0) return null;
  return (
    <div className="min-w-0">
      <h4 className="mb-2 text-sm font-semibold">Against what was delivered then</h4>
      {one.wouldSend > 0 && (
        <div aria-hidden className="bg-kumo-tint mb-3 flex h-2 overflow-hidden rounded-full">
          {parts
            .filter(({ id, count: n }) => id !== "missing" && n > 0)
            .map(({ id, count: n }) => (
              <span
                key={id}
                className={`min-w-1 bg-current ${COLOURS[id]}`}
                style={{ width: `${(n / one.wouldSend) * 100}%` }}
              />
            ))}
        </div>
      )}
      <dl className="flex flex-col gap-2">
        {parts.map((part) => (
          <div key={part.id} className="grid grid-cols-[0.625rem_minmax(0,1fr)_auto] items-baseline gap-x-2">
            <span aria-hidden className={`size-2.5 rounded-full bg-current ${COLOURS[part.id]}`} />
            <dt className="font-medium">{part.name}</dt>
            <dd className="text-right font-medium tabular-nums">{count(part.count)}</dd>
            <dd className="text-kumo-subtle col-start-2 text-sm wrap-anywhere">{part.sentence}</dd>
          </div>
        ))}
      </dl>
    </div>
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

function Before({ one, reasons }: { one: DryRunDestination; reasons: ReasonWords }): ReactNode {
  const [open, setOpen] = useState(false);
  const { notDelivered } = one.before;
  const some = sumOfReasons(notDelivered) > 0;
  return (
    <div className="border-kumo-hairline border-t pt-3 text-sm">
      <p>
        <span className="text-kumo-subtle">When they came in:</span> {beforeWords(one)}.
      </p>
      {some && (
        <button
          type="button"
          aria-expanded={open}
          className="text-kumo-link mt-1 flex cursor-pointer items-center gap-1"
          onClick={() => setOpen(!open)}
        >
          {open ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden />}
          Why they were not delivered
        </button>
      )}
      {open && (
        <div className="mt-3">
          <ReasonList rows={reasonRows(notDelivered, reasons)} />
        </div>
      )}
    </div>
  );
}
