import { type ReactNode, useState } from "react";
import type { RetentionDays } from "../../src/core/retention.ts";
import type { FieldErrors } from "../logic/field-errors.ts";
import { deletedBefore, isShorter, readRetention } from "../logic/retention.ts";
import { Choice } from "./choice.tsx";
import { ConfirmByName } from "./confirm-by-name.tsx";
import { DraftForm } from "./draft-form.tsx";

interface RetentionFormProps {
  /** What is stored: null follows `inherited`. */
  readonly saved: RetentionDays | null;
  /** Days that null stands for. */
  readonly inherited: RetentionDays;
  readonly choices: readonly (readonly [string, string])[];
  /** What has to be typed before anything is deleted. */
  readonly name: string;
  /** What a choice means, in a sentence. */
  readonly meaning: (days: number) => string;
  /** What is deleted with everything received before a moment (ms). */
  readonly renderConsequence: (before: number) => ReactNode;
  readonly field: string;
  readonly saving: {
    readonly isPending: boolean;
    readonly isSuccess: boolean;
    readonly error: Error | null;
    readonly mutateAsync: (days: RetentionDays | null) => Promise<unknown>;
    readonly mutate: (days: RetentionDays | null) => void;
  };
}

/** How long events are kept. A shorter time deletes, so it asks first; a longer one is saved at once. */
export function RetentionForm(props: RetentionFormProps): ReactNode {
  const { saved, inherited, choices, name, meaning, renderConsequence, field, saving } = props;
  const [asked, setAsked] = useState<{ readonly days: RetentionDays | null; readonly at: number }>();
  const daysOf = (days: RetentionDays | null): RetentionDays => days ?? inherited;
  const before = asked === undefined ? undefined : deletedBefore(daysOf(asked.days), asked.at);
  return (
    <>
      <DraftForm
        saved={{ choice: saved === null ? "" : String(saved) }}
        fields={[field]}
        save={{
          isPending: saving.isPending,
          isSuccess: saving.isSuccess,
          error: saving.error,
          mutate({ choice }) {
            const next = readRetention(choice);
            if (isShorter(daysOf(next), daysOf(saved))) setAsked({ days: next, at: Date.now() });
            else saving.mutate(next);
          },
        }}
      >
        {({ value, set }, errors: FieldErrors["fields"]) => (
          <Choice
            label="Keep events"
            description={meaning(daysOf(readRetention(value.choice)))}
            value={value.choice}
            choices={choices}
            error={errors[field]}
            onChange={(choice) => set({ choice })}
          />
        )}
      </DraftForm>
      <ConfirmByName
        title="Delete older events"
        consequence={before === undefined ? "" : renderConsequence(before)}
        name={name}
        action="Keep for a shorter time"
        open={asked !== undefined}
        onOpenChange={(open) => !open && setAsked(undefined)}
        onConfirm={() => saving.mutateAsync(asked?.days ?? null)}
      />
    </>
  );
}
