import { Select } from "@cloudflare/kumo/components/select";
import type { ReactNode } from "react";
import type { Source } from "../../api/types.ts";
import { duration } from "../../logic/times.ts";
import { problemsOf } from "../../parts/form-problems.ts";
import { SaveForm } from "../../parts/save-row.tsx";
import { useDraft } from "../../parts/use-draft.ts";
import { NumberInput } from "./collecting.tsx";
import { useSaveSettings } from "./save.ts";

const HOUR_MS = 3_600_000;
const SHARDS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** How long a messageId is remembered. */
export function Dedup({ source }: { source: Source }): ReactNode {
  const draft = useDraft({ dedupWindowHours: source.settings.dedupWindowHours });
  const save = useSaveSettings(source);
  const problems = problemsOf(save.error, ["dedupWindowHours"]);
  const hours = draft.value.dedupWindowHours;
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => save.mutate(draft.value)}
      onReset={draft.reset}
    >
      <NumberInput
        label="Window, in hours"
        description={`24 to 720${hours > 0 ? `; now ${duration(hours * HOUR_MS)}` : ""}. Longer windows keep more ids, about 20 bytes each.`}
        value={hours}
        error={problems.fields["dedupWindowHours"]}
        onChange={(dedupWindowHours) => draft.set({ dedupWindowHours })}
      />
    </SaveForm>
  );
}

/** Over how many objects the source is spread. */
export function Shards({ source }: { source: Source }): ReactNode {
  const draft = useDraft({ shards: source.settings.shards });
  const save = useSaveSettings(source);
  const problems = problemsOf(save.error, ["shards"]);
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => save.mutate(draft.value)}
      onReset={draft.reset}
    >
      <Select<number>
        label="Shards"
        description="After a change the former layout is still asked about duplicates for one window."
        value={draft.value.shards}
        onValueChange={(value) => value !== null && draft.set({ shards: value })}
        renderValue={(value) => String(value)}
        error={problems.fields["shards"]}
      >
        {SHARDS.map((value) => (
          <Select.Option key={value} value={value}>
            {value}
          </Select.Option>
        ))}
      </Select>
    </SaveForm>
  );
}

/** When the outbox is written to the archive. */
export function Archive({ source }: { source: Source }): ReactNode {
  const draft = useDraft(source.settings.drain);
  const save = useSaveSettings(source);
  const problems = problemsOf(save.error, ["drain.afterMs", "drain.afterBytes", "drain"]);
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => save.mutate({ drain: draft.value })}
      onReset={draft.reset}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <NumberInput
          label="After at most, in milliseconds"
          description="200 to 60,000. Shorter: sooner delivered, more and smaller files."
          value={draft.value.afterMs}
          error={problems.fields["drain.afterMs"]}
          onChange={(afterMs) => draft.set({ afterMs })}
        />
        <NumberInput
          label="Or once this many bytes wait"
          description="10,000 to 4,000,000"
          value={draft.value.afterBytes}
          error={problems.fields["drain.afterBytes"]}
          onChange={(afterBytes) => draft.set({ afterBytes })}
        />
      </div>
    </SaveForm>
  );
}
