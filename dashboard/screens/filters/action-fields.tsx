import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { PlusIcon, TrashIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import { ACTION_WORDS, type ActionDraft, type ActionKind, actionProblem, newAction } from "../../logic/filter-draft.ts";
import { Choice } from "../../parts/choice.tsx";
import { TextArea } from "../../parts/text-area.tsx";

const KINDS = Object.entries(ACTION_WORDS) as [ActionKind, string][];
/** As many as one filter may hold. */
const MOST = 10;

interface ActionFieldsProps {
  readonly actions: readonly ActionDraft[];
  readonly onChange: (actions: readonly ActionDraft[]) => void;
}

/** What is done to the events that match. */
export function ActionFields({ actions, onChange }: ActionFieldsProps): ReactNode {
  const placed = actions.map((action, at) => ({ action, at }));
  const replace = (place: number, next: ActionDraft): void =>
    onChange(actions.map((old, at) => (at === place ? next : old)));
  const final = actions.some(({ type }) => type === "DROP" || type === "ONLY");
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="mb-3 font-medium">What happens to them</legend>
      {placed.map(({ action, at }) => (
        <div key={at} className="flex min-w-0 items-start gap-1">
          <div className="flex min-w-0 flex-1 flex-col gap-3">
            <Choice
              aria-label={`Action ${at + 1}`}
              value={action.type}
              choices={KINDS}
              error={action.type === "ONLY" ? actionProblem(action, actions.length === 1) : undefined}
              onChange={(type) => replace(at, { ...action, type })}
            />
            <Details action={action} onChange={(next) => replace(at, next)} />
          </div>
          {actions.length > 1 && (
            <Button
              type="button"
              shape="square"
              variant="ghost"
              icon={<TrashIcon aria-hidden />}
              aria-label={`Remove action ${at + 1}`}
              onClick={() => onChange(actions.filter((_, place) => place !== at))}
            />
          )}
        </div>
      ))}
      {!final && actions.length < MOST && (
        <Button
          type="button"
          size="sm"
          className="self-start"
          icon={<PlusIcon aria-hidden />}
          onClick={() => onChange([...actions, newAction("DROP_PROPERTIES")])}
        >
          Add an action
        </Button>
      )}
    </fieldset>
  );
}

interface DetailsProps {
  readonly action: ActionDraft;
  readonly onChange: (action: ActionDraft) => void;
}

function Details({ action, onChange }: DetailsProps): ReactNode {
  const problem = actionProblem(action, true);
  switch (action.type) {
    case "DROP":
    case "ONLY":
      return null;
    case "SAMPLE":
      return (
        <div className="grid items-start gap-3 sm:grid-cols-[8rem_1fr]">
          <Input
            label="Share in %"
            inputMode="decimal"
            value={action.percent}
            error={problem}
            onChange={(event) => onChange({ ...action, percent: event.target.value })}
          />
          <Input
            label="The same for all events with the same… (optional)"
            description="A field such as userId: all events of a person are sent, or none. Without one, chance decides on each event."
            placeholder="userId"
            spellCheck={false}
            value={action.path}
            onChange={(event) => onChange({ ...action, path: event.target.value })}
          />
        </div>
      );
    case "DROP_PROPERTIES":
    case "ALLOW_PROPERTIES":
      return (
        <TextArea
          label="Fields, one a line"
          rows={3}
          help={
            action.type === "DROP_PROPERTIES"
              ? "One a line, such as properties.email or context.ip."
              : "One a line. Only what stands beside them goes: properties.plan removes all other properties, and no traits."
          }
          value={action.fields}
          error={action.fields.trim() === "" ? undefined : problem}
          onChange={(fields) => onChange({ ...action, fields })}
        />
      );
  }
}
