import { Button } from "@cloudflare/kumo/components/button";
import { type ReactNode, useState } from "react";
import { ALL, clauseProblem, conditionText, readCondition, writeCondition } from "../../logic/filter-condition.ts";
import { Segments } from "../../parts/segments.tsx";
import { TextArea } from "../../parts/text-area.tsx";
import { type ConditionLanguage, TriggerBuilder } from "../mapping-editor/trigger-builder.tsx";

const FILTER_LANGUAGE: ConditionLanguage = {
  read: readCondition,
  write: writeCondition,
  problem: clauseProblem,
  words: conditionText,
};
const FIRST = 'type = "track"';

interface ConditionFieldProps {
  readonly legend?: string;
  readonly condition: string;
  readonly error: string | undefined;
  /** `complete`: every condition says something that FQL can hold. */
  readonly onChange: (condition: string, complete: boolean) => void;
}

/** Which events a filter is about: all, those of conditions, or those of a text in FQL. */
export default function ConditionField(props: ConditionFieldProps): ReactNode {
  const { legend = "Which events", condition, error, onChange } = props;
  const all = condition.trim() === ALL;
  const readable = readCondition(condition) !== undefined;
  const [asText, setAsText] = useState(!all && !readable);
  const text = !all && (asText || !readable);
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <legend className="float-left font-medium">{legend}</legend>
        {!all && (
          <Button type="button" size="sm" variant="ghost" disabled={text && !readable} onClick={() => setAsText(!text)}>
            {text ? "Use the builder" : "Write it as text (FQL)"}
          </Button>
        )}
      </div>
      <div>
        <Segments
          label={legend}
          value={all ? "all" : "some"}
          choices={[
            ["all", "All"],
            ["some", "Those that match"],
          ]}
          onChange={(next) => {
            if ((next === "all") !== all) onChange(next === "all" ? ALL : FIRST, true);
          }}
        />
      </div>
      {text && (
        <TextArea
          label="Condition as FQL"
          rows={3}
          help={
            readable
              ? 'Such as: type = "track" and properties.total > 100, or contains(event, "Order")'
              : "This says more than the builder can show, so it stays text."
          }
          value={condition}
          error={error}
          onChange={(next) => onChange(next, next.trim() !== "")}
        />
      )}
      {!all && !text && (
        <>
          <TriggerBuilder trigger={condition} language={FILTER_LANGUAGE} onChange={onChange} />
          {error !== undefined && <p className="text-kumo-danger text-sm">{error}</p>}
        </>
      )}
    </fieldset>
  );
}
