import { InputArea } from "@cloudflare/kumo/components/input";
import type { ReactNode } from "react";
import type { Destination } from "../../api/types.ts";
import { DraftForm } from "../../parts/draft-form.tsx";
import { useSaveDestination } from "./save.ts";

/** Which consent categories an event needs before it may go there. */
export function Consent({ destination }: { destination: Destination }): ReactNode {
  const save = useSaveDestination(destination, ({ lines }: { lines: string }) => ({
    consentCategories: listOf(lines),
  }));
  return (
    <DraftForm saved={{ lines: destination.consentCategories.join("\n") }} fields={["consentCategories"]} save={save}>
      {({ value, set }, errors) => (
        <InputArea
          label="Categories"
          description="One a line, as your consent tool names them; case matters. None: consent is not asked for."
          rows={3}
          className="font-mono text-sm"
          spellCheck={false}
          value={value.lines}
          error={errors["consentCategories"]}
          onChange={(event) => set({ lines: event.target.value })}
        />
      )}
    </DraftForm>
  );
}

const listOf = (lines: string): readonly string[] => [
  ...new Set(
    lines
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];
