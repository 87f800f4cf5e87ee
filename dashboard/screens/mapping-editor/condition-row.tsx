import { Button } from "@cloudflare/kumo/components/button";
import { Input } from "@cloudflare/kumo/components/input";
import { TrashIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import { OPERATOR_WORDS, SUBJECT_WORDS } from "../../logic/condition-words.ts";
import { type Condition, hasPath, operatorsOf, type Subject, takesNumber, takesValue } from "../../logic/conditions.ts";
import { Choice } from "../../parts/choice.tsx";

const TYPES = ["track", "identify", "page", "screen", "group", "alias"] as const;
const SUBJECTS = Object.entries(SUBJECT_WORDS) as [Subject, string][];

interface ConditionRowProps {
  readonly place: number;
  readonly condition: Condition;
  readonly problem: string | undefined;
  readonly removable: boolean;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
}

/** One condition: about what, how it is compared, and with what. */
export function ConditionRow({
  place,
  condition,
  problem,
  removable,
  onChange,
  onRemove,
}: ConditionRowProps): ReactNode {
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
