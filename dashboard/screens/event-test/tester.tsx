import { Button } from "@cloudflare/kumo/components/button";
import { EyeIcon, PaperPlaneTiltIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { ApiError } from "../../api/client.ts";
import { runTrial } from "../../api/destination-queries.ts";
import type { Destination, Subscription, TrialAnswer } from "../../api/types.ts";
import { shortName } from "../../logic/catalogue.ts";
import type { Json } from "../../logic/event-choice.ts";
import { Choice } from "../../parts/choice.tsx";
import { EventPicker } from "../../parts/event-picker.tsx";
import { OwnersForm, OwnersOnly } from "../../parts/owners-only.tsx";
import { TextArea } from "../../parts/text-area.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useEvent } from "../../parts/use-event.ts";

const Results = lazy(() => import("./results.tsx"));

const route = getRouteApi("/shell/destinations/$destinationId/test");

interface TesterProps {
  readonly destination: Destination;
  readonly mappings: readonly Subscription[];
}

/** One mapping's part of a test: what became of the event, or why that is not known. */
export interface Result {
  readonly mapping: Subscription;
  readonly report: TrialAnswer | undefined;
  readonly failure?: string;
}

export function Tester({ destination, mappings }: TesterProps): ReactNode {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const asked = mappings.filter(({ id, enabled }) => (search.mapping === undefined ? enabled : id === search.mapping));
  const picked = useEvent(
    destination,
    search,
    asked.map(({ trigger }) => trigger),
    (next) =>
      void navigate({ search: (old) => ({ mapping: old.mapping, ...next }), replace: true, resetScroll: false }),
  );
  const test = useMutation({
    mutationFn: async ({ event, dryRun }: { event: Json; dryRun: boolean }) => ({
      dryRun,
      results: await Promise.all(asked.map((mapping) => tryOne(mapping, event, dryRun))),
    }),
  });
  const run = (dryRun: boolean): void => {
    if (picked.event !== undefined) test.mutate({ event: picked.event, dryRun });
  };
  if (mappings.length === 0) {
    return (
      <p>
        It has no mapping yet, so there is nothing to try.{" "}
        <OwnersOnly>
          <TextLink href={`/destinations/${destination.id}/mappings?add=1`}>Add one</TextLink>.
        </OwnersOnly>
      </p>
    );
  }
  const ready = picked.event !== undefined && asked.length > 0;
  const pending = test.isPending ? test.variables : undefined;
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <section aria-label="The event" className="flex min-w-0 flex-col gap-4">
        <EventPicker destination={destination} picked={picked} />
        <TextArea
          label="The event as JSON"
          rows={18}
          value={picked.text}
          error={picked.problem}
          onChange={picked.type}
        />
        <Choice
          label="Mappings"
          value={search.mapping ?? ""}
          choices={[
            ["", "All that are switched on"],
            ...mappings.map((one) => [one.id, one.enabled ? one.name : `${one.name} (off)`] as const),
          ]}
          onChange={(mapping) =>
            void navigate({
              search: (old) => ({ ...old, mapping: mapping === "" ? undefined : mapping }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        <OwnersForm>
          <div className="flex flex-wrap gap-2">
            <Button
              variant="primary"
              icon={<EyeIcon aria-hidden />}
              disabled={!ready || pending !== undefined}
              loading={pending?.dryRun === true}
              onClick={() => run(true)}
            >
              Show what would be sent
            </Button>
            <Button
              icon={<PaperPlaneTiltIcon aria-hidden />}
              disabled={!ready || pending !== undefined}
              loading={pending?.dryRun === false}
              onClick={() => run(false)}
            >
              Send it to {shortName(destination.metadata.name)}
            </Button>
          </div>
        </OwnersForm>
        {asked.length === 0 && (
          <p className="text-kumo-warning text-sm">No mapping is switched on; choose one above to try it.</p>
        )}
      </section>
      <Suspense>
        <Results destination={destination} results={test.data} pending={test.isPending} />
      </Suspense>
    </div>
  );
}

/** A refusal of one mapping's test is its result: the others have theirs. */
async function tryOne(mapping: Subscription, event: Json, dryRun: boolean): Promise<Result> {
  try {
    const report = await runTrial(mapping.destinationId, { subscriptionId: mapping.id, event, dryRun });
    return { mapping, report };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { mapping, report: undefined, failure: error.message };
  }
}
