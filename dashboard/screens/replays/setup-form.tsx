import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, lazy, type ReactNode, Suspense, useState } from "react";
import { archivedDaysQuery } from "../../api/replay-queries.ts";
import type { Destination, Source } from "../../api/types.ts";
import { clip } from "../../logic/entry-text.ts";
import { draftProblems, rateOf, type ReplayDraft, withLikely } from "../../logic/replay-draft.ts";
import type { DraftSearch } from "../../logic/replay-params.ts";
import { eventsWithin, windowOf } from "../../logic/replay-range.ts";
import { durationAt } from "../../logic/replay-answers.ts";
import { plural } from "../../logic/times.ts";
import { Choice } from "../../parts/choice.tsx";
import { useProblems } from "../../parts/use-problems.ts";
import { Bar } from "../../parts/page-states.tsx";
import { Section } from "../../parts/page.tsx";
import { useFirstProblem } from "../../parts/use-first-problem.ts";
import { DestinationChecks } from "./destination-checks.tsx";
import { EventFields } from "./event-fields.tsx";
import { RangeFields } from "./range-fields.tsx";
import { useAddress, useCreateReplay } from "./use-replay-form.ts";

const ConditionField = lazy(() => import("../filters/condition-field.tsx"));

const FIELDS = ["name", "sourceId", "destinationIds", "startTime", "endTime", "types", "events", "filter", "rate"];

interface SetupFormProps {
  readonly first: ReplayDraft;
  readonly sources: readonly Source[];
  readonly destinations: readonly Destination[];
  /** The draft as an address, once the typing rests. */
  readonly onChange: (search: DraftSearch) => void;
}

/** Everything that a replay is asked for with, on one page. */
export default function SetupForm({ first, sources, destinations, onChange }: SetupFormProps): ReactNode {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => withLikely(first, sources, destinations));
  const [complete, setComplete] = useState(true);
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState(false);
  const change = (next: Partial<ReplayDraft>): void => setDraft((old) => ({ ...old, ...next }));
  useAddress(draft, onChange);
  const days = useQuery({ ...archivedDaysQuery(draft.sourceId), enabled: draft.sourceId !== "" });
  const [opened] = useState(() => Date.now());
  const oldest = days.data?.at(-1)?.firstAt;
  const oldestAt = oldest === undefined ? undefined : Date.parse(oldest);
  const window = windowOf(draft, opened, oldestAt);
  const rate = rateOf(draft.rate);
  const found = draftProblems(draft, window, typed);
  const create = useCreateReplay();
  const refused = useProblems(create.error, FIELDS, { ...draft });
  const problems: Readonly<Record<string, string>> = { ...refused.fields, ...(asked ? found : {}) };
  const form = useFirstProblem(Object.values(problems));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if (Object.keys(found).length > 0 || rate === undefined || !complete) return;
    create.mutate({ draft, rate, oldest: oldestAt });
  };
  const estimate = typeof window === "string" || days.data === undefined ? undefined : eventsWithin(days.data, window);
  const candidates = destinations.filter(({ sourceIds }) => sourceIds.includes(draft.sourceId));
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col">
      <Section title="From" help="Its archive is read; the events themselves stay as they are, with their times.">
        <Choice
          label="Source"
          value={draft.sourceId}
          error={problems["sourceId"]}
          choices={[
            ...(draft.sourceId === "" ? [["", "Choose a source"] as const] : []),
            ...sources.map(({ id, name }) => [id, clip(name, 80)] as const),
          ]}
          onChange={(sourceId) => change(withLikely({ ...draft, sourceId, destinationIds: [] }, sources, destinations))}
        />
      </Section>
      <Section title="To" help="Filters, mappings and consent are asked again, as they are on the day of the replay.">
        <DestinationChecks
          sourceId={draft.sourceId}
          destinations={candidates}
          chosen={draft.destinationIds}
          error={problems["destinationIds"]}
          onChange={(destinationIds) => change({ destinationIds })}
        />
      </Section>
      <Section title="Time" help="By when the events were received.">
        <RangeFields
          draft={draft}
          error={problems["endTime"] ?? problems["startTime"]}
          days={days}
          estimate={estimate}
          onChange={change}
        />
      </Section>
      <Section title="Events" help="All of that time, unless you narrow them down.">
        <div className="flex flex-col gap-6">
          <EventFields
            draft={draft}
            days={days.data ?? []}
            error={problems["events"]}
            typed={typed}
            onType={setTyped}
            onChange={change}
          />
          <Suspense fallback={<Bar className="w-60" />}>
            <ConditionField
              legend="A condition they must meet"
              condition={draft.condition}
              error={problems["filter"]}
              onChange={(condition, whole) => {
                change({ condition });
                setComplete(whole);
              }}
            />
          </Suspense>
        </div>
      </Section>
      <Section title="Pace and name" help="The rate keeps a tool from being flooded: live events go on meanwhile.">
        <div className="grid items-start gap-5 sm:grid-cols-2">
          <Input
            label="Events a second, to each destination"
            inputMode="numeric"
            value={draft.rate}
            error={problems["rate"]}
            description={rate === undefined ? "1 to 10,000" : rateHelp(estimate, rate)}
            onChange={(event) => change({ rate: event.target.value })}
          />
          <Input
            label="Name (optional)"
            description="Such as “June into the new CRM”."
            maxLength={120}
            value={draft.name}
            error={problems["name"]}
            onChange={(event) => change({ name: event.target.value })}
          />
        </div>
      </Section>
      <div className="border-kumo-hairline flex flex-col gap-3 border-t pt-5 lg:pl-76">
        {refused.general.map((message) => (
          <Banner key={message} size="sm" variant="error" description={message} />
        ))}
        {asked && !complete && (
          <Banner size="sm" variant="error" description="The condition is not complete: see what is red there." />
        )}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" loading={create.isPending}>
            Begin the dry run
          </Button>
          <Button type="button" variant="ghost" onClick={() => void navigate({ to: "/replays" })}>
            Cancel
          </Button>
        </div>
        <p className="text-kumo-subtle text-sm">
          It only counts. What is sent, and how much of it again, you see first.
        </p>
      </div>
    </form>
  );
}

function rateHelp(estimate: number | undefined, rate: number): string {
  const example = `A million events take ${durationAt(1_000_000, rate)}.`;
  if (estimate === undefined || estimate === 0) return example;
  return `The roughly ${plural(estimate, "event")} of that time take ${durationAt(estimate, rate)}.`;
}
