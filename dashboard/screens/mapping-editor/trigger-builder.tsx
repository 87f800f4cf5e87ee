import { Button } from "@cloudflare/kumo/components/button";
import { PlusIcon } from "@phosphor-icons/react";
import { type ReactNode, useState } from "react";
import type { Condition, Trigger } from "../../logic/conditions.ts";
import { conditionProblem, readTrigger, writeTrigger } from "../../logic/trigger.ts";
import { triggerWords } from "../../logic/trigger-words.ts";
import { Choice } from "../../parts/choice.tsx";
import { ConditionRow } from "./condition-row.tsx";

const NEW_CONDITION: Condition = { subject: "event", path: "", operator: "=", value: "" };
const START: Trigger = { join: "and", conditions: [{ subject: "type", path: "", operator: "=", value: "track" }] };

/** How conditions are written. */
export interface ConditionLanguage {
  readonly read: (text: string) => Trigger | undefined;
  readonly write: (conditions: Trigger) => string;
  readonly problem: (condition: Condition) => string | undefined;
  readonly words: (text: string) => string;
}

const TRIGGERS: ConditionLanguage = {
  read: readTrigger,
  write: writeTrigger,
  problem: conditionProblem,
  words: triggerWords,
};

interface TriggerBuilderProps {
  readonly trigger: string;
  /** That of triggers, unless told. */
  readonly language?: ConditionLanguage;
  readonly onChange: (trigger: string, complete: boolean) => void;
}

/**
 * Conditions on one level. What is being typed may not be FQL yet, so the builder keeps its own conditions and hands
 * their text up; when the text changes by other means, it starts again from that.
 */
export function TriggerBuilder({ trigger, language = TRIGGERS, onChange }: TriggerBuilderProps): ReactNode {
  const [shown, setShown] = useState(() => ({ text: trigger, built: language.read(trigger) ?? START }));
  if (shown.text !== trigger) setShown({ text: trigger, built: language.read(trigger) ?? START });
  const { join, conditions } = shown.built;
  const change = (next: Partial<Trigger>): void => {
    const built = { ...shown.built, ...next };
    const text = language.write(built);
    setShown({ text, built });
    onChange(
      text,
      built.conditions.every((one) => language.problem(one) === undefined),
    );
  };
  const placed = conditions.map((condition, at) => ({ condition, at }));
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {conditions.length > 1 && (
        <div className="w-56 max-w-full">
          <Choice
            aria-label="How conditions combine"
            value={join}
            choices={[
              ["and", "All of these must hold"],
              ["or", "Any of these must hold"],
            ]}
            onChange={(next) => change({ join: next })}
          />
        </div>
      )}
      {placed.map(({ condition, at }) => (
        <ConditionRow
          key={at}
          place={at + 1}
          condition={condition}
          problem={language.problem(condition)}
          removable={conditions.length > 1}
          onChange={(next) => change({ conditions: conditions.map((old, place) => (place === at ? next : old)) })}
          onRemove={() => change({ conditions: conditions.filter((_, place) => place !== at) })}
        />
      ))}
      <div className="flex flex-wrap items-center gap-3">
        <Button
          type="button"
          size="sm"
          icon={<PlusIcon aria-hidden />}
          onClick={() => change({ conditions: [...conditions, NEW_CONDITION] })}
        >
          Add a condition
        </Button>
        <p className="text-kumo-subtle min-w-0 flex-1 basis-48 text-sm break-words">{language.words(trigger)}</p>
      </div>
    </div>
  );
}
