import { Switch } from "@cloudflare/kumo/components/switch";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { ActionKind, Destination, DestinationKind } from "../../api/types.ts";
import { problemsIn } from "../../logic/field-draft.ts";
import { bodyOf, type MappingDraft, missingIn } from "../../logic/mapping-draft.ts";
import { plural } from "../../logic/times.ts";
import { problemsOf } from "../../parts/form-problems.ts";
import { useProblems } from "../../parts/use-problems.ts";
import { HelpText } from "../../parts/help-text.tsx";
import { NameInput } from "../../parts/name-input.tsx";
import { ListSkeleton } from "../../parts/page-states.tsx";
import { Page } from "../../parts/page.tsx";
import { SaveForm } from "../../parts/save-row.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { ToPreview } from "../../parts/to-preview.tsx";
import { useDraft } from "../../parts/use-draft.ts";
import { type EventSearch, useEvent } from "../../parts/use-event.ts";
import { EditorFacts, useMakeFacts } from "./facts.ts";
import { MappingFields } from "./mapping-fields.tsx";
import { TriggerField } from "./trigger-field.tsx";
import { usePreview } from "./use-preview.ts";
import { useSaveMapping } from "./use-save-mapping.ts";

const Preview = lazy(() => import("./preview.tsx"));

interface EditorProps {
  readonly destination: Destination;
  readonly kind: DestinationKind;
  readonly saved: MappingDraft;
  /** Absent while it is new. */
  readonly subscriptionId?: string;
  readonly search: EventSearch;
  readonly onSearch: (search: EventSearch) => void;
}

/** One mapping: which events, what becomes of them, and beside it what becomes of a real one. */
export default function Editor(props: EditorProps): ReactNode {
  const action = props.kind.actions.find(({ id }) => id === props.saved.actionId);
  const above = <TextLink href={`/destinations/${props.destination.id}/mappings`}>Mappings</TextLink>;
  if (action === undefined) {
    return (
      <Page title={props.saved.name} above={above} answer="This version of Inlet does not know its action.">
        {null}
      </Page>
    );
  }
  return <Form {...props} action={action} above={above} />;
}

function Form(props: EditorProps & { action: ActionKind; above: ReactNode }): ReactNode {
  const { destination, saved, subscriptionId, action } = props;
  const draft = useDraft(saved);
  const { value, set } = draft;
  const picked = useEvent(destination, props.search, [value.trigger], props.onSearch);
  const [triggerReady, setTriggerReady] = useState(true);
  const malformed = problemsIn(value.fields);
  const ready = triggerReady && Object.keys(malformed).length === 0;
  const [tried, setTried] = useState(false);
  const preview = usePreview(destination.id, value, action, picked.event, ready);
  const save = useSaveMapping(destination.id, subscriptionId, draft.dirty);
  const known = ["name", "trigger", ...action.fields.map(({ id }) => id)];
  const problems = useProblems(save.error, known, { name: value.name, trigger: value.trigger, ...value.fields });
  const early = problemsOf(preview.error, known);
  const missing = missingIn(action, value.fields);
  const facts = useMakeFacts(picked.event, preview.report?.payload, {
    ...early.fields,
    ...problems.fields,
    ...malformed,
  });
  return (
    <Page
      wide
      title={subscriptionId === undefined ? "New mapping" : saved.name}
      above={props.above}
      actions={<ToPreview />}
      actionsShow
      answer={<About action={action} />}
    >
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_27rem]">
        <SaveForm
          sticky
          dirty={draft.dirty || subscriptionId === undefined}
          saving={save.isPending}
          saved={save.isSuccess}
          problems={[...problems.general, ...(tried && !ready ? [UNREADY] : [])]}
          onSave={() => {
            setTried(true);
            if (ready) save.mutate(bodyOf(value, action));
          }}
          onReset={() => {
            draft.reset();
            setTriggerReady(true);
          }}
          onCancel={subscriptionId === undefined ? save.leave : undefined}
        >
          <div className="ring-kumo-hairline bg-kumo-base flex flex-col gap-5 rounded-lg p-4 ring sm:p-5">
            <NameInput value={value.name} error={problems.fields["name"]} onChange={(next) => set({ name: next })} />
            <TriggerField
              trigger={value.trigger}
              error={problems.fields["trigger"] ?? early.fields["trigger"]}
              onChange={(trigger, complete) => {
                set({ trigger });
                setTriggerReady(complete);
              }}
            />
          </div>
          <EditorFacts.Provider value={facts}>
            <MappingFields action={action} fields={value.fields} onChange={(fields) => set({ fields })} />
          </EditorFacts.Provider>
          {missing.length > 0 && (
            <p className="text-kumo-warning text-sm">
              {plural(missing.length, "required field")} would get nothing (
              {missing.map(({ label }) => label).join(", ")}): such events are refused.
            </p>
          )}
          <Switch
            label={value.enabled ? "Switched on" : "Switched off: it takes no events"}
            checked={value.enabled}
            onCheckedChange={(enabled) => set({ enabled })}
          />
        </SaveForm>
        <Suspense fallback={<ListSkeleton />}>
          <Preview destination={destination} preview={preview} picked={picked} fields={action.fields} />
        </Suspense>
      </div>
    </Page>
  );
}

const UNREADY = "Not saved: something above is not complete yet.";

const About = ({ action }: { action: ActionKind }): ReactNode => (
  <>
    <strong className="text-kumo-default font-medium">{action.name}</strong>
    {action.description !== "" && (
      <>
        {": "}
        <HelpText text={action.description} />
      </>
    )}
  </>
);
