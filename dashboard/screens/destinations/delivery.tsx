import { Badge } from "@cloudflare/kumo/components/badge";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { deliveryMetricsQuery } from "../../api/queries.ts";
import type { DeliveryErrorGroup, DeliveryMetrics } from "../../api/types.ts";
import { count, elapsed, plural } from "../../logic/times.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Bar } from "../../parts/page-states.tsx";
import { Until, When } from "../../parts/when.tsx";
import { Samples } from "./samples.tsx";

/** What became of a day's events at one destination, and the errors it gave. */
export function Delivery({ destinationId }: { destinationId: string }): ReactNode {
  const metrics = useQuery(deliveryMetricsQuery(destinationId));
  return (
    <Loaded
      query={metrics}
      failure="The delivery report could not be loaded"
      skeleton={<Bar className="h-12 w-full" />}
    >
      {(report) => (
        <div className="flex flex-col gap-4">
          <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
            <Figure name="Delivered" value={count(report.delivered ?? 0)} />
            <Figure name="Waiting" value={count(report.waiting ?? report.retrying ?? 0)} />
            <Figure name="Given up" value={count(report.abandoned ?? 0)} />
            <Figure
              name="From arrival to delivery (p50 / p95)"
              value={[report.p50Ms, report.p95Ms].map((ms) => (ms === undefined ? "–" : elapsed(ms))).join(" / ")}
            />
          </dl>
          <NextStep report={report} />
          {(report.errors?.length ?? 0) > 0 && (
            <ul className="flex flex-col">
              {report.errors?.map((group) => (
                <ErrorRow
                  key={`${group.status} ${group.reason} ${group.detail ?? ""}`}
                  group={group}
                  ahead={(report.retrying ?? 0) > 0}
                />
              ))}
            </ul>
          )}
        </div>
      )}
    </Loaded>
  );
}

const Figure = ({ name, value }: { name: string; value: string }): ReactNode => (
  <div>
    <dt className="text-kumo-subtle text-sm">{name}</dt>
    <dd className="text-lg font-semibold tabular-nums">{value}</dd>
  </div>
);

function NextStep({ report }: { report: DeliveryMetrics }): ReactNode {
  const { retrying = 0, waiting = 0 } = report;
  const at = report.pausedUntil ?? report.nextAttemptAt;
  // Held back before anything was sent: their settings cannot be used, which the errors below say.
  const held = report.pausedUntil !== undefined && retrying === 0 ? waiting : 0;
  if (retrying + held === 0) return null;
  return (
    <p className="text-kumo-subtle text-sm">
      {held > 0
        ? `${plural(held, "event")} held back; will retry`
        : `${plural(retrying, "event")} failed at least once; will retry`}
      {at !== undefined && (
        <>
          {" "}
          <Until at={at} />
        </>
      )}
      .
    </p>
  );
}

/** What the report's `status` is called on screen; `ahead` while some of its events are still to be retried. */
function fate(status: string, ahead: boolean): string {
  if (status === "abandoned") return "given up";
  return status === "retry" ? (ahead ? "will retry" : "retried") : status;
}

const ErrorRow = ({ group, ahead }: { group: DeliveryErrorGroup; ahead: boolean }): ReactNode => (
  <li className="border-kumo-hairline flex flex-wrap items-baseline gap-x-3 gap-y-1 border-t py-2">
    <Badge variant={group.status === "abandoned" ? "error" : "warning"}>{fate(group.status, ahead)}</Badge>
    <code className="font-mono text-sm">{group.reason}</code>
    <span className="text-kumo-subtle min-w-0 flex-1 basis-48 text-sm break-words">
      <bdi>{group.detail}</bdi>
    </span>
    <span className="text-sm tabular-nums">
      {plural(group.count, "time")}
      {group.lastAt !== undefined && (
        <>
          , last <When at={group.lastAt} />
        </>
      )}
    </span>
    <Samples samples={group.samples ?? []} />
  </li>
);
