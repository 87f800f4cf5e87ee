import { Banner } from "@cloudflare/kumo/components/banner";
import { lazy, type ReactNode, Suspense } from "react";
import type { DeliveryReport } from "../../api/delivery-types.ts";
import type { Destination } from "../../api/types.ts";
import type { RangeId } from "../../logic/delivery-range.ts";
import { givenUpOf, type Standing, standingOf, type Totals } from "../../logic/delivery-report.ts";
import { count, elapsed, plural, share } from "../../logic/times.ts";
import { ErrorCard, ListSkeleton } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { Until } from "../../parts/when.tsx";
import { Errors } from "./errors.tsx";
import { Pipeline } from "./pipeline.tsx";
import type { Figures } from "./use-report.ts";

const Trends = lazy(() => import("./trends.tsx"));

export interface ReportSearch {
  readonly step?: string;
  readonly error?: string;
}

interface ReportProps {
  readonly destination: Destination;
  readonly report: DeliveryReport;
  readonly figures: Figures;
  readonly range: RangeId;
  readonly mapping: string | undefined;
  readonly step: string | undefined;
  readonly error: string | undefined;
  readonly onChange: (search: ReportSearch) => void;
}

/** The figures, what happens at this moment, the trends, the steps, and what failed. */
export function Report(props: ReportProps): ReactNode {
  const { destination, report, figures, range, mapping, step, error, onChange } = props;
  const standing = standingOf(report);
  return (
    <>
      {standing !== undefined && !report.paused && <Now standing={standing} />}
      <KeyFigures report={report} totals={figures.totals} mapping={mapping} destinationId={destination.id} />
      {figures.error !== null && (
        <ErrorCard error={figures.error} what="Some counts could not be loaded" retry={figures.retry} />
      )}
      <Suspense fallback={<ListSkeleton rows={2} />}>
        <Trends report={report} figures={figures} range={range} mapping={mapping} />
      </Suspense>
      <Pipeline
        destination={destination}
        figures={figures}
        errors={report.errors}
        resent={report.resent}
        waiting={report.waiting}
        range={range}
        mapping={mapping}
        open={step}
        onOpen={(next) => onChange({ step: next ?? "" })}
      />
      <Errors
        destinationId={destination.id}
        report={report}
        figures={figures}
        range={range}
        mapping={mapping}
        open={error}
        onOpen={(next) => onChange({ error: next ?? "" })}
      />
    </>
  );
}

const Now = ({ standing: { tone, text, next, at } }: { standing: Standing }): ReactNode => (
  <Banner
    size="sm"
    variant={tone === "danger" ? "error" : "alert"}
    description={
      <>
        {text}
        {next !== undefined && at !== undefined && (
          <>
            {" "}
            {next} <Until at={at} />.
          </>
        )}
      </>
    }
  />
);

interface KeyFiguresProps {
  readonly report: DeliveryReport;
  readonly totals: Totals | undefined;
  readonly mapping: string | undefined;
  readonly destinationId: string;
}

function KeyFigures({ report, totals, mapping, destinationId }: KeyFiguresProps): ReactNode {
  const { delivered = 0, failed = 0, filtered = 0 } = totals ?? {};
  const { again } = givenUpOf(report.abandoned, report.resent);
  const shown = (n: number): string => (totals === undefined ? "…" : count(n));
  const all = mapping === undefined ? "" : " (all mappings)";
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg sm:grid-cols-3 lg:grid-cols-[repeat(4,minmax(0,1fr))_minmax(13rem,1.4fr)]">
      <Figure
        name="Delivered"
        value={shown(delivered)}
        note={delivered + failed > 0 ? share(delivered, delivered + failed) : ""}
      />
      <Figure
        name="Not delivered"
        value={shown(failed)}
        colour={failed > 0 ? "text-kumo-danger" : ""}
        note={
          <>
            {failed > 0 && <TextLink href={`/destinations/${destinationId}/dead-letters`}>Dead letters</TextLink>}
            {failed === 0 && mapping === undefined && again > 0 && `${count(again)} sent again since`}
          </>
        }
      />
      <Figure name="Filtered" value={shown(filtered)} note={filtered > 0 ? "not meant for it" : ""} />
      <Figure
        name="Waiting now"
        value={count(report.waiting)}
        colour={report.waiting > 0 ? "text-kumo-warning" : ""}
        note={
          report.retrying > 0
            ? `${plural(report.retrying, "retry", "retries")}${all}`
            : report.waiting > 0
              ? `under way${all}`
              : ""
        }
      />
      <Figure
        name="Latency, median / p95"
        wide
        value={[report.p50Ms, report.p95Ms].map((ms) => (ms === undefined ? "–" : elapsed(ms))).join(" / ")}
        note={`from arrival to delivery${all}`}
      />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note?: ReactNode;
  readonly colour?: string;
  /** Takes the rest of its row where there is one. */
  readonly wide?: boolean;
}

const Figure = ({ name, value, note = "", colour = "", wide = false }: FigureProps): ReactNode => (
  <div className={`bg-kumo-base ring-kumo-hairline min-w-0 p-4 ring ${wide ? "col-span-2 lg:col-span-1" : ""}`}>
    <dt className="text-kumo-subtle text-sm">{name}</dt>
    <dd className={`text-xl font-semibold whitespace-nowrap tabular-nums ${colour}`}>{value}</dd>
    <dd className="text-kumo-subtle min-h-5 text-sm">{note}</dd>
  </div>
);
