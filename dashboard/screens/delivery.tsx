import { Button, LinkButton } from "@cloudflare/kumo/components/button";
import { ClockCounterClockwiseIcon, PauseIcon, PlayIcon } from "@phosphor-icons/react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../api/client.ts";
import { reportQuery } from "../api/delivery-queries.ts";
import type { DeliveryReport } from "../api/delivery-types.ts";
import { destinationPath, refreshDestination, subscriptionsQuery } from "../api/destination-queries.ts";
import { destinationQuery } from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { RANGES, type RangeId, rangeOf } from "../logic/delivery-range.ts";
import { deliverySentence, type Totals } from "../logic/delivery-report.ts";
import { Choice } from "../parts/choice.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton } from "../parts/page-states.tsx";
import { Page } from "../parts/page.tsx";
import { Segments } from "../parts/segments.tsx";
import { Report } from "./delivery/report.tsx";
import { useReport } from "./delivery/use-report.ts";

const route = getRouteApi("/shell/destinations/$destinationId/delivery");

/** Did it get there, how fast, what failed? */
export function DeliveryScreen(): ReactNode {
  const { destinationId } = route.useParams();
  const destination = useQuery(destinationQuery(destinationId));
  return (
    <Loaded query={destination} failure="The destination could not be loaded">
      {(data) => <Delivery key={data.id} destination={data} />}
    </Loaded>
  );
}

function Delivery({ destination }: { destination: Destination }): ReactNode {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const range = rangeOf(search.range);
  const change = (next: typeof search): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const report = useQuery(reportQuery(destination.id, range.id));
  const figures = useReport(destination, range.id, search.mapping, report);
  return (
    <Page
      title="Event delivery"
      answer={
        figures.totals === undefined || report.data === undefined
          ? "Did it get there, how fast, what failed?"
          : sentence(figures.totals, report.data, range.words, search.mapping !== undefined)
      }
      actions={
        <>
          <LinkButton
            variant="secondary"
            icon={<ClockCounterClockwiseIcon aria-hidden />}
            href={`/replays/new?${new URLSearchParams({ source: destination.sourceId, destination: destination.id })}`}
          >
            Send history to it
          </LinkButton>
          <Pause destination={destination} />
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap items-center gap-3">
          <Segments
            label="Time range"
            value={range.id}
            choices={RANGES.map(({ id, label }): readonly [RangeId, string] => [id, label])}
            onChange={(id) => change({ range: id })}
          />
          <MappingChoice
            destinationId={destination.id}
            value={search.mapping ?? ""}
            onChange={(mapping) => change({ mapping })}
          />
        </div>
        <Loaded query={report} failure="The delivery report could not be loaded" skeleton={<ListSkeleton rows={6} />}>
          {(data) => (
            <Report
              destination={destination}
              report={data}
              figures={figures}
              range={range.id}
              mapping={search.mapping}
              step={search.step}
              error={search.error}
              onChange={change}
            />
          )}
        </Loaded>
      </div>
    </Page>
  );
}

/** What waits, and how fast it was, is known of all mappings together only. */
const sentence = (totals: Totals, { waiting, p95Ms }: DeliveryReport, words: string, oneMapping: boolean): string =>
  oneMapping ? deliverySentence(totals, 0, words) : deliverySentence(totals, waiting, words, p95Ms);

interface MappingChoiceProps {
  readonly destinationId: string;
  /** Empty for all. */
  readonly value: string;
  readonly onChange: (id: string) => void;
}

function MappingChoice({ destinationId, value, onChange }: MappingChoiceProps): ReactNode {
  const mappings = useQuery(subscriptionsQuery(destinationId));
  const list = mappings.data ?? [];
  const gone = value !== "" && !list.some(({ id }) => id === value);
  // With one mapping there is nothing to tell apart.
  if (list.length < 2 && value === "") return null;
  return (
    <div className="w-64 max-w-full">
      <Choice
        aria-label="Mapping"
        value={value}
        choices={[
          ["", "All mappings"],
          ...list.map(({ id, name }) => [id, name] as const),
          ...(gone ? [[value, "A deleted mapping"] as const] : []),
        ]}
        onChange={onChange}
      />
    </div>
  );
}

function Pause({ destination: { id, paused, enabled } }: { destination: Destination }): ReactNode {
  const act = useMutation({
    mutationFn: () => api("POST", `${destinationPath(id)}/${paused === true ? "resume" : "pause"}`, {}),
    onSuccess: () => refreshDestination(id),
  });
  if (!enabled) return null;
  return (
    <div className="flex flex-col items-end gap-1">
      <Button
        variant={paused === true ? "primary" : "secondary"}
        icon={paused === true ? <PlayIcon aria-hidden /> : <PauseIcon aria-hidden />}
        loading={act.isPending}
        title={paused === true ? undefined : "Events wait meanwhile; none are dropped"}
        onClick={() => act.mutate()}
      >
        {paused === true ? "Resume" : "Pause"}
      </Button>
      {act.isError && (
        <p role="alert" className="text-kumo-danger text-sm">
          {act.error.message}
        </p>
      )}
    </div>
  );
}
