import type { ReactNode } from "react";
import type { Source } from "../../api/types.ts";
import { duration } from "../../logic/times.ts";
import { Choice } from "../../parts/choice.tsx";
import { DraftForm } from "../../parts/draft-form.tsx";
import { NumberInput } from "./collecting.tsx";
import { useSaveSettings } from "./save.ts";

const HOUR_MS = 3_600_000;
const SHARDS = ["1", "2", "4", "8", "16", "32", "64", "128", "256"].map((count) => [count, count] as const);

/** How long a messageId is remembered. */
export function Dedup({ source }: { source: Source }): ReactNode {
  const { dedupWindowHours } = source.settings;
  return (
    <DraftForm saved={{ dedupWindowHours }} fields={["dedupWindowHours"]} save={useSaveSettings(source)}>
      {({ value, set }, errors) => (
        <NumberInput
          label="Window, in hours"
          description={`24 to 720${value.dedupWindowHours > 0 ? `; now ${duration(value.dedupWindowHours * HOUR_MS)}` : ""}. Longer windows keep more ids, about 20 bytes each.`}
          value={value.dedupWindowHours}
          error={errors["dedupWindowHours"]}
          onChange={(hours) => set({ dedupWindowHours: hours })}
        />
      )}
    </DraftForm>
  );
}

/** Over how many objects the source is spread. */
export function Shards({ source }: { source: Source }): ReactNode {
  const { shards } = source.settings;
  return (
    <DraftForm saved={{ shards }} fields={["shards"]} save={useSaveSettings(source)}>
      {({ value, set }, errors) => (
        <Choice
          label="Shards"
          description="After a change the former layout is still asked about duplicates for one window."
          value={String(value.shards)}
          choices={SHARDS}
          error={errors["shards"]}
          onChange={(count) => set({ shards: Number(count) })}
        />
      )}
    </DraftForm>
  );
}

/** When the outbox is written to the archive. */
export function Archive({ source }: { source: Source }): ReactNode {
  const save = useSaveSettings(source, (drain: Source["settings"]["drain"]) => ({ drain }));
  return (
    <DraftForm saved={source.settings.drain} fields={["drain.afterMs", "drain.afterBytes", "drain"]} save={save}>
      {({ value, set }, errors) => (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <NumberInput
            label="After at most, in milliseconds"
            description="200 to 300,000. Shorter: sooner delivered, more and smaller files."
            value={value.afterMs}
            error={errors["drain.afterMs"]}
            onChange={(afterMs) => set({ afterMs })}
          />
          <NumberInput
            label="Or once this many bytes wait"
            description="10,000 to 4,000,000"
            value={value.afterBytes}
            error={errors["drain.afterBytes"]}
            onChange={(afterBytes) => set({ afterBytes })}
          />
        </div>
      )}
    </DraftForm>
  );
}
