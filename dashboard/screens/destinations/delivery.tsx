import { Badge } from "@cloudflare/kumo/components/badge";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { deliveryMetricsQuery } from "../../api/queries.ts";
import type { DeliveryErrorGroup, DeliveryMetrics } from "../../api/types.ts";
import { count, plural } from "../../logic/times.ts";
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
              name="p95 latency"
              value={report.p95Ms === undefined ? "–" : `${count(Math.round(report.p95Ms))} ms`}
            />
          </dl>
          <NextStep report={report} />
          {(report.errors?.length ?? 0) > 0 && (
            <ul className="flex flex-col">
              {report.errors?.map((group) => (
                <ErrorRow key={`${group.status} ${group.reason} ${group.detail ?? ""}`} group={group} />
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
        ? `${plural(held, "event")} held back, to be tried again`
        : `${plural(retrying, "event")} failed at least once and will be tried again`}
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

const ErrorRow = ({ group }: { group: DeliveryErrorGroup }): ReactNode => (
  <li className="border-kumo-hairline flex flex-wrap items-baseline gap-x-3 gap-y-1 border-t py-2">
    <Badge variant={group.status === "abandoned" ? "error" : "warning"}>
      {group.status === "retry" ? "retried" : group.status}
    </Badge>
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
