import { Input } from "@cloudflare/kumo/components/input";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { filterPath, filtersQuery } from "../../api/delivery-queries.ts";
import { queryClient, sourcesQuery } from "../../api/queries.ts";
import type { Destination } from "../../api/types.ts";
import { bodyOf, type FilterDraft, missingIn } from "../../logic/filter-draft.ts";
import { Choice } from "../../parts/choice.tsx";
import { useProblems } from "../../parts/use-problems.ts";
import { Page } from "../../parts/page.tsx";
import { SaveForm } from "../../parts/save-row.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { ToPreview } from "../../parts/to-preview.tsx";
import { useDraft } from "../../parts/use-draft.ts";
import { type EventSearch, useEvent } from "../../parts/use-event.ts";
import { ActionFields } from "./action-fields.tsx";
import ConditionField from "./condition-field.tsx";
import { FilterPreview } from "./preview.tsx";

/** Tried on the newest event, whichever call it is. */
const ANY_CALL = ["track", "identify", "page", "screen", "group", "alias"].map((type) => `type = "${type}"`);

interface FilterEditorProps {
  readonly destination: Destination;
  /** Absent for a new one. */
  readonly filterId?: string;
  readonly saved: FilterDraft;
  readonly search: EventSearch;
  readonly onSearch: (search: EventSearch) => void;
}

/** A filter: which events, what is done to them, and what that makes of a real one. */
export default function FilterEditor({ destination, filterId, saved, search, onSearch }: FilterEditorProps): ReactNode {
  const draft = useDraft(saved);
  const [complete, setComplete] = useState(true);
  const { title, sourceId, condition, actions } = draft.value;
  const body = complete ? bodyOf(draft.value) : undefined;
  const save = useSave(destination.id, filterId);
  const problems = useProblems(save.error, ["title", "if", "sourceId"], { title, sourceId, if: condition });
  // A filter is for the events of one source, so it is tried on one of those.
  const picked = useEvent(
    { ...destination, sourceIds: [sourceId] },
    { ...search, source: sourceId },
    ANY_CALL,
    onSearch,
  );
  const list = `/destinations/${destination.id}/filters`;
  const navigate = useNavigate();
  return (
    <Page
      wide
      above={<TextLink href={list}>Filters</TextLink>}
      title={filterId === undefined ? "New filter" : saved.title}
      actions={<ToPreview />}
      actionsShow
      answer="What does it do to the events, before any mapping?"
    >
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]">
        <SaveForm
          sticky
          dirty={filterId === undefined || draft.dirty}
          missing={missingIn(draft.value, complete && condition.trim() !== "")}
          saving={save.isPending}
          saved={save.isSuccess}
          problems={problems.general}
          onSave={() => body !== undefined && save.mutate({ ...body, sourceId })}
          onReset={() => {
            draft.reset();
            setComplete(true);
          }}
          onCancel={filterId === undefined ? () => void navigate({ to: list }) : undefined}
        >
          <div className="ring-kumo-hairline bg-kumo-base flex flex-col gap-5 rounded-lg p-4 ring sm:p-5">
            <Input
              label="Name"
              description="Such as “No internal users”. Named in the trace of each event that it stops."
              maxLength={64}
              value={title}
              error={problems.fields["title"]}
              onChange={(event) => draft.set({ title: event.target.value })}
            />
            {filterId === undefined && destination.sourceIds.length > 1 && (
              <SourceChoice destination={destination} value={sourceId} onChange={(id) => draft.set({ sourceId: id })} />
            )}
          </div>
          <div className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring sm:p-5">
            <ConditionField
              condition={condition}
              error={problems.fields["if"]}
              onChange={(next, whole) => {
                draft.set({ condition: next });
                setComplete(whole);
              }}
            />
          </div>
          <div className="ring-kumo-hairline bg-kumo-base rounded-lg p-4 ring sm:p-5">
            <ActionFields actions={actions} onChange={(next) => draft.set({ actions: next })} />
          </div>
        </SaveForm>
        <FilterPreview destination={{ ...destination, sourceIds: [sourceId] }} picked={picked} body={body} />
      </div>
    </Page>
  );
}

interface SourceChoiceProps {
  readonly destination: Destination;
  readonly value: string;
  readonly onChange: (id: string) => void;
}

function SourceChoice({ destination, value, onChange }: SourceChoiceProps): ReactNode {
  const sources = useQuery(sourcesQuery);
  return (
    <Choice
      label="Events of"
      description="A filter stands between one source and this destination."
      value={value}
      choices={destination.sourceIds.map((id) => [
        id,
        sources.data?.sources.find((source) => source.id === id)?.name ?? id,
      ])}
      onChange={onChange}
    />
  );
}

function useSave(destinationId: string, filterId: string | undefined) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ sourceId, ...body }: { sourceId: string; title: string; if: string; actions: unknown }) => {
      await (filterId === undefined
        ? api("POST", filterPath(destinationId), { sourceId, ...body })
        : api("PATCH", filterPath(destinationId, filterId), body));
      await queryClient.invalidateQueries({ queryKey: filtersQuery(destinationId).queryKey });
      if (filterId === undefined) {
        await navigate({ to: "/destinations/$destinationId/filters", params: { destinationId } });
      }
    },
  });
}
