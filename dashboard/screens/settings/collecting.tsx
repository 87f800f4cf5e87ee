import { Input, InputArea } from "@cloudflare/kumo/components/input";
import { Switch } from "@cloudflare/kumo/components/switch";
import type { ReactNode } from "react";
import type { Source, SourceSettings } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";
import { DraftForm } from "../../parts/draft-form.tsx";
import { useSaveSettings } from "./save.ts";

const RATES: readonly (readonly [SourceSettings["rateLimit"], string])[] = [
  ["off", "No limit"],
  ["600", "600 requests a minute"],
  ["6000", "6,000 requests a minute"],
  ["60000", "60,000 requests a minute"],
];

const linesOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Which pages may send, and how fast. */
export function RateAndOrigins({ source }: { source: Source }): ReactNode {
  const { allowedOrigins, rateLimit } = source.settings;
  const saved = { origins: allowedOrigins.join("\n"), rateLimit };
  const save = useSaveSettings(source, (edited: typeof saved) => ({
    allowedOrigins: linesOf(edited.origins),
    rateLimit: edited.rateLimit,
  }));
  return (
    <DraftForm saved={saved} fields={["allowedOrigins", "rateLimit"]} save={save}>
      {({ value, set }, errors) => (
        <>
          <InputArea
            label="Allowed origins"
            description="One a line, such as https://shop.example or https://*.example.com. Empty: any page. Servers and apps send no origin and are not held back."
            rows={4}
            spellCheck={false}
            placeholder="https://www.example.com"
            className="font-mono text-sm"
            value={value.origins}
            error={errors["allowedOrigins"]}
            onChange={(event) => set({ origins: event.target.value })}
          />
          <Choice
            label="Rate limit"
            description="Per Cloudflare location; a batch counts as one request for each 100 events. Beyond it senders get 429 and try again later."
            value={value.rateLimit}
            choices={RATES}
            error={errors["rateLimit"]}
            onChange={(rate) => set({ rateLimit: rate })}
          />
        </>
      )}
    </DraftForm>
  );
}

/** How analytics.js groups calls. */
export function Batching({ source }: { source: Source }): ReactNode {
  const save = useSaveSettings(source, (batching: SourceSettings["batching"]) => ({ batching }));
  return (
    <DraftForm
      saved={source.settings.batching}
      fields={["batching.size", "batching.timeoutMs", "batching"]}
      save={save}
    >
      {({ value, set }, errors) => (
        <>
          <Switch label="Send in batches" checked={value.enabled} onCheckedChange={(enabled) => set({ enabled })} />
          {value.enabled && (
            <div className="grid gap-4 sm:grid-cols-2">
              <NumberInput
                label="Events a batch"
                description="1 to 100"
                value={value.size}
                error={errors["batching.size"]}
                onChange={(size) => set({ size })}
              />
              <NumberInput
                label="Longest wait, in milliseconds"
                description="100 to 60,000"
                value={value.timeoutMs}
                error={errors["batching.timeoutMs"]}
                onChange={(timeoutMs) => set({ timeoutMs })}
              />
            </div>
          )}
        </>
      )}
    </DraftForm>
  );
}

export function ServerCookie({ source }: { source: Source }): ReactNode {
  const { serverCookie } = source.settings;
  return (
    <DraftForm saved={{ serverCookie }} fields={[]} save={useSaveSettings(source)}>
      {({ value, set }) => (
        <Switch
          label="Keep the anonymous id in a first-party cookie set by the collector"
          checked={value.serverCookie}
          onCheckedChange={(checked) => set({ serverCookie: checked })}
        />
      )}
    </DraftForm>
  );
}

interface NumberInputProps {
  readonly label: string;
  readonly description: string;
  readonly value: number;
  readonly error: string | undefined;
  readonly onChange: (value: number) => void;
}

/** A whole number with its bounds in words; the control plane judges it. */
export const NumberInput = ({ label, description, value, error, onChange }: NumberInputProps): ReactNode => (
  <Input
    type="number"
    inputMode="numeric"
    step={1}
    label={label}
    description={description}
    value={Number.isNaN(value) ? "" : value}
    error={error}
    onChange={(event) => onChange(event.target.valueAsNumber)}
  />
);
