import type { ReactNode } from "react";
import type { FieldErrors } from "../logic/field-errors.ts";
import { SaveForm } from "./save-row.tsx";
import { type Draft, useDraft } from "./use-draft.ts";
import { useProblems } from "./use-problems.ts";

/** The part of a mutation that a form needs. */
interface Saving<T> {
  readonly isPending: boolean;
  readonly isSuccess: boolean;
  readonly error: Error | null;
  readonly mutate: (values: T) => void;
}

interface DraftFormProps<T extends object> {
  /** What is stored now. */
  readonly saved: T;
  /** Sends the edited values. */
  readonly save: Saving<NoInfer<T>>;
  /** The values as they are once saved: the form shows them so from then on. */
  readonly normalise?: (values: NoInfer<T>) => NoInfer<T>;
  /** Paths of the fields that show their own problems; all others are shown above the buttons. */
  readonly fields: readonly string[];
  readonly children: (draft: Draft<T>, errors: FieldErrors["fields"]) => ReactNode;
}

/** A form over a draft of what is saved, with each problem of a refused save at its field. */
export function DraftForm<T extends object>({
  saved,
  save,
  normalise,
  fields,
  children,
}: DraftFormProps<T>): ReactNode {
  const draft = useDraft(saved);
  const problems = useProblems(save.error, fields, Object.fromEntries(Object.entries(draft.value)));
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => {
        const values = normalise === undefined ? draft.value : normalise(draft.value);
        draft.set(values);
        save.mutate(values);
      }}
      onReset={draft.reset}
    >
      {children(draft, problems.fields)}
    </SaveForm>
  );
}
