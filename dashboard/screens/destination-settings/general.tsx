import { Input } from "@cloudflare/kumo/components/input";
import type { ReactNode } from "react";
import type { Destination, Source } from "../../api/types.ts";
import { DraftForm } from "../../parts/draft-form.tsx";
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
          <Input
            label="Name"
            value={value.name}
            maxLength={120}
            required
            error={errors["name"]}
            onChange={(event) => set({ name: event.target.value })}
          />
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
