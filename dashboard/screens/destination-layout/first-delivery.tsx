import { Button } from "@cloudflare/kumo/components/button";
import { Loader } from "@cloudflare/kumo/components/loader";
import { PaperPlaneTiltIcon } from "@phosphor-icons/react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { DeliveryReport } from "../../api/delivery-types.ts";
import { deliveryMetricsQuery, queryClient, setupQuery, sourcesQuery } from "../../api/queries.ts";
import type { Destination, Subscription } from "../../api/types.ts";
import { type FirstStage, firstStage } from "../../logic/first-delivery.ts";
import { traceHref } from "../../logic/jumps.ts";
import { sampleEvent } from "../../logic/sample-event.ts";
import { Choice } from "../../parts/choice.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { Verdict } from "../../parts/verdict.tsx";
import { useNow, When } from "../../parts/when.tsx";
import { ReasonCode } from "../../parts/reason-code.tsx";

const DAY_MS = 86_400_000;
const POLL_MS = 1500;
/** A drain takes up to a few seconds; after this long, something else is the matter. */
const PATIENCE_MS = 20_000;

interface FirstDeliveryProps {
  readonly destination: Destination;
  /** Those that are switched on; at least one. */
  readonly mappings: readonly Subscription[];
}

interface Sent {
  readonly at: number;
  readonly sourceId: string;
  readonly messageId: string;
}

/** A new destination's first minutes: a way to send something, and what becomes of it, until something arrived. */
export default function FirstDelivery({ destination, mappings }: FirstDeliveryProps): ReactNode {
  const [isNew] = useState(() => Date.now() - Date.parse(destination.createdAt) < DAY_MS);
  const [waited, setWaited] = useState(false);
  const [sourceId, setSourceId] = useState(destination.sourceIds[0] ?? "");
  const send = useMutation({ mutationFn: () => sendTest(sourceId, mappings[0]!.trigger) });
  const stageOf = (report: DeliveryReport): FirstStage => firstStage(report, { waited, tried: !send.isIdle });
  const report = useQuery({
    ...deliveryMetricsQuery(destination.id),
    enabled: isNew,
    refetchInterval: ({ state: { data } }) => (data !== undefined && isFinal(stageOf(data)) ? false : POLL_MS),
  });
  if (!isNew || report.data === undefined) return null;
  const stage = stageOf(report.data);
  if (!waited && stage === "waiting") setWaited(true);
  if (stage === "over") return null;
  return (
    <section
      aria-label="The first delivery"
      className="ring-kumo-hairline bg-kumo-base mx-auto flex w-full max-w-6xl flex-col gap-3 rounded-lg p-4 ring"
    >
      {stage === "arrived" ? (
        <div role="status">
          <Verdict good>
            <strong>The first event was delivered.</strong> From now on {destination.name} gets what its mappings choose
            of every event.
          </Verdict>
        </div>
      ) : (
        <>
          <Explanation destination={destination} tried={stage === "tried"} />
          <div className="flex flex-wrap items-center gap-3">
            <Button
              variant="primary"
              icon={<PaperPlaneTiltIcon aria-hidden />}
              loading={send.isPending}
              onClick={() => send.mutate()}
            >
              Send a test event
            </Button>
            <Through destination={destination} sourceId={sourceId} onChange={setSourceId} />
            <div role="status" className="min-w-0 flex-1 basis-60 text-sm">
              {send.isError && <Verdict good={false}>It could not be sent: {send.error.message}</Verdict>}
              {send.data !== undefined && <Progress destination={destination} sent={send.data} report={report.data} />}
            </div>
          </div>
        </>
      )}
    </section>
  );
}

const isFinal = (stage: FirstStage): boolean => stage === "arrived" || stage === "over";

/** Ids and names of the sources that it gets events of. */
function useNames({ sourceIds }: Destination): readonly (readonly [string, string])[] {
  const sources = useQuery(sourcesQuery);
  return sourceIds.map((id) => [id, sources.data?.sources.find((source) => source.id === id)?.name ?? id] as const);
}

function Explanation({ destination, tried }: { destination: Destination; tried: boolean }): ReactNode {
  const names = useNames(destination);
  return (
    <div>
      <p className="font-medium">{tried ? "Nothing was delivered yet" : "Waiting for the first delivery"}</p>
      <p className="text-kumo-subtle text-sm">
        It gets what {names.length === 1 ? names[0]![1] : "its sources"} accepts from now on. A test event goes the same
        way, so other destinations of the source get it too; to try without that, use{" "}
        <TextLink href={`/destinations/${destination.id}/test`}>Test</TextLink>.
      </p>
    </div>
  );
}

interface ThroughProps {
  readonly destination: Destination;
  readonly sourceId: string;
  readonly onChange: (sourceId: string) => void;
}

function Through({ destination, sourceId, onChange }: ThroughProps): ReactNode {
  const names = useNames(destination);
  if (names.length < 2) return null;
  return <Choice aria-label="Through" value={sourceId} choices={names} onChange={onChange} />;
}

interface ProgressProps {
  readonly destination: Destination;
  readonly sent: Sent;
  readonly report: DeliveryReport;
}

function Progress({ destination, sent, report }: ProgressProps): ReactNode {
  const now = useNow();
  const failure = report.errors.find(({ lastAt }) => Date.parse(lastAt) >= sent.at);
  const search = new URLSearchParams({ source: sent.sourceId, event: sent.messageId });
  const look = (
    <TextLink href={`/destinations/${destination.id}/test?${search}`}>see what each mapping makes of it</TextLink>
  );
  if (failure !== undefined) {
    return (
      <Verdict good={false}>
        {failure.status === "retry" ? "Not delivered yet; it will be tried again. " : "Not delivered. "}
        {failure.sentence} <ReasonCode reason={failure.reason} sentence={failure.sentence} /> · {look}
      </Verdict>
    );
  }
  if (report.dropped > 0) {
    return <Verdict good={false}>Accepted, but not meant for this destination · {look}</Verdict>;
  }
  if (now - sent.at > PATIENCE_MS) {
    return (
      <Verdict good={false}>
        Accepted <When at={sent.at} />, and still not delivered: {look}, or follow its{" "}
        <TextLink href={traceHref(sent.messageId, sent.sourceId)}>trace</TextLink>.
      </Verdict>
    );
  }
  return (
    <span className="flex items-center gap-2">
      <Loader size={14} />
      Accepted by the source; on its way to {destination.name}…
    </span>
  );
}

/** One real event through the source's own door, of the kind that the mapping takes. */
async function sendTest(sourceId: string, trigger: string): Promise<Sent> {
  const at = Date.now();
  const messageId = `inlet-test-${crypto.randomUUID()}`;
  const { pathPrefix, writeKey } = await queryClient.ensureQueryData(setupQuery(sourceId));
  const response = await fetch(`${pathPrefix}/v1/batch`, {
    method: "POST",
    credentials: "omit",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ writeKey, batch: [sampleEvent(trigger, messageId, new Date(at))] }),
  });
  if (!response.ok) throw new Error(`the source answered ${response.status}.`);
  return { at, sourceId, messageId };
}
