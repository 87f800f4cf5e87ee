import type { ReactNode } from "react";
import type { Destination, Source } from "../../api/types.ts";
import { DraftForm } from "../../parts/draft-form.tsx";
import { NameInput } from "../../parts/name-input.tsx";
import { SourceChecks } from "../../parts/source-checks.tsx";
import { useSaveDestination } from "./save.ts";

interface GeneralProps {
  readonly destination: Destination;
  readonly sources: readonly Source[];
}

/** What it is called and whose events it gets. */
export function General({ destination, sources }: GeneralProps): ReactNode {
  const { name, sourceIds } = destination;
  return (
    <DraftForm
      saved={{ name, sourceIds }}
      fields={["name", "sourceIds"]}
      save={useSaveDestination<{ name: string; sourceIds: readonly string[] }>(destination)}
    >
      {({ value, set }, errors) => (
        <>
          <NameInput value={value.name} error={errors["name"]} onChange={(next) => set({ name: next })} />
          <div>
            <p className="mb-2 font-medium">Sources</p>
            <SourceChecks
              sources={sources}
              chosen={value.sourceIds}
              error={errors["sourceIds"]}
              onChange={(next) => set({ sourceIds: next })}
            />
          </div>
        </>
      )}
    </DraftForm>
  );
}
