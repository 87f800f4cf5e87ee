import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { PlusIcon, TrashIcon } from "@phosphor-icons/react";
import { type ReactNode, useState } from "react";
import { OPERATOR_WORDS, SUBJECT_WORDS } from "../../logic/condition-words.ts";
import {
  type Condition,
  hasPath,
  operatorsOf,
  type Subject,
  takesNumber,
  takesValue,
  type Trigger,
} from "../../logic/conditions.ts";
import { conditionProblem, readTrigger, writeTrigger } from "../../logic/trigger.ts";
import { triggerWords } from "../../logic/trigger-words.ts";
import { Choice } from "../../parts/choice.tsx";

const TYPES = ["track", "identify", "page", "screen", "group", "alias"] as const;
const SUBJECTS = Object.entries(SUBJECT_WORDS) as [Subject, string][];
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

interface ConditionRowProps {
  readonly place: number;
  readonly condition: Condition;
  readonly problem: string | undefined;
  readonly removable: boolean;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
}

function ConditionRow({ place, condition, problem, removable, onChange, onRemove }: ConditionRowProps): ReactNode {
  const { subject, path, operator } = condition;
  const name = (what: string): string => `${what} of condition ${place}`;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex min-w-0 items-start gap-1">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
          <div className="min-w-30 flex-1">
            <Choice
              aria-label={name("Subject")}
              value={subject}
              choices={SUBJECTS}
              onChange={(next) => onChange(about(next, condition))}
            />
          </div>
          {hasPath(subject) && (
            <Input
              aria-label={name("Path")}
              placeholder={subject === "context" ? "page.path" : "name"}
              className="w-full min-w-28 flex-1 font-mono text-sm"
              spellCheck={false}
              value={path}
              onChange={(event) => onChange({ ...condition, path: event.target.value })}
            />
          )}
          <div className="min-w-30 flex-1">
            <Choice
              aria-label={name("Comparison")}
              value={operator}
              choices={operatorsOf(subject).map((each) => [each, OPERATOR_WORDS[each]])}
              onChange={(next) => onChange({ ...condition, operator: next })}
            />
          </div>
          {takesValue(operator) && <ValueInput name={name("Value")} condition={condition} onChange={onChange} />}
        </div>
        {removable && (
          <Button
            type="button"
            shape="square"
            variant="ghost"
            icon={<TrashIcon aria-hidden />}
            aria-label={`Remove condition ${place}`}
            onClick={onRemove}
          />
        )}
      </div>
      {problem !== undefined && <p className="text-kumo-danger text-sm">{problem}</p>}
    </div>
  );
}

interface ValueInputProps {
  readonly name: string;
  readonly condition: Condition;
  readonly onChange: (condition: Condition) => void;
}

function ValueInput({ name, condition, onChange }: ValueInputProps): ReactNode {
  const { subject, operator, value } = condition;
  const known = TYPES.some((type) => type === value);
  if (subject === "type" && (known || value === "")) {
    return (
      <div className="min-w-28 flex-1">
        <Choice
          aria-label={name}
          value={value}
          choices={TYPES.map((type) => [type, type])}
          onChange={(next) => onChange({ ...condition, value: next })}
        />
      </div>
    );
  }
  return (
    <Input
      aria-label={name}
      placeholder={subject === "event" ? "Order Completed" : "value"}
      className="w-full min-w-28 flex-1"
      inputMode={takesNumber(operator) ? "decimal" : undefined}
      spellCheck={false}
      value={value}
      onChange={(event) => onChange({ ...condition, value: event.target.value })}
    />
  );
}

/** The condition about something else, with what of it still makes sense. */
function about(subject: Subject, { subject: before, path, operator, value }: Condition): Condition {
  const operators = operatorsOf(subject);
  const isType = TYPES.some((type) => type === value);
  return {
    subject,
    path: hasPath(subject) ? path : "",
    operator: operators.includes(operator) ? operator : "=",
    value: subject === "type" ? (isType ? value : "track") : before === "type" ? "" : value,
  };
}
