import { Button } from "@cloudflare/kumo/components/button";
import { type ReactNode, useState } from "react";
import { readTrigger } from "../../logic/trigger.ts";
import { TextArea } from "../../parts/text-area.tsx";
import { TriggerBuilder } from "./trigger-builder.tsx";

interface TriggerFieldProps {
  readonly trigger: string;
  readonly error: string | undefined;
  /** `complete`: every condition says something that FQL can hold. */
  readonly onChange: (trigger: string, complete: boolean) => void;
}

/** Which events: built from conditions, or written as FQL, which can say more. */
export function TriggerField({ trigger, error, onChange }: TriggerFieldProps): ReactNode {
  const readable = trigger.trim() === "" || readTrigger(trigger) !== undefined;
  const [asText, setAsText] = useState(!readable);
  const text = asText || !readable;
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <legend className="float-left font-medium">Which events</legend>
        <Button type="button" size="sm" variant="ghost" disabled={text && !readable} onClick={() => setAsText(!text)}>
          {text ? "Use the builder" : "Write it as text (FQL)"}
        </Button>
      </div>
      {text ? (
        <TextArea
          label="Trigger as FQL"
          rows={3}
          help={
            readable
              ? 'Such as: type = "track" and event = "Order Completed". Text goes in double quotes.'
              : "This trigger says more than the builder can show, so it stays text."
          }
          value={trigger}
          error={error}
          onChange={(next) => onChange(next, true)}
        />
      ) : (
        <>
          <TriggerBuilder trigger={trigger} onChange={onChange} />
          {error !== undefined && <p className="text-kumo-danger text-sm">{error}</p>}
        </>
      )}
    </fieldset>
  );
}
