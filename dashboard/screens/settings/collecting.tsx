import { Input } from "@cloudflare/kumo/components/input";
import { InputArea } from "@cloudflare/kumo/components/input";
import { Select } from "@cloudflare/kumo/components/select";
import { Switch } from "@cloudflare/kumo/components/switch";
import type { ReactNode } from "react";
import type { Source, SourceSettings } from "../../api/types.ts";
import { problemsOf } from "../../parts/form-problems.ts";
import { SaveForm } from "../../parts/save-row.tsx";
import { useDraft } from "../../parts/use-draft.ts";
import { useSaveSettings } from "./save.ts";

const RATES: Record<SourceSettings["rateLimit"], string> = {
  off: "No limit",
  "600": "600 requests a minute",
  "6000": "6,000 requests a minute",
  "60000": "60,000 requests a minute",
};

const linesOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Which pages may send, and how fast. */
export function RateAndOrigins({ source }: { source: Source }): ReactNode {
  const { allowedOrigins, rateLimit } = source.settings;
  const draft = useDraft({ origins: allowedOrigins.join("\n"), rateLimit });
  const save = useSaveSettings(source);
  const problems = problemsOf(save.error, ["allowedOrigins", "rateLimit"]);
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => save.mutate({ allowedOrigins: linesOf(draft.value.origins), rateLimit: draft.value.rateLimit })}
      onReset={draft.reset}
    >
      <InputArea
        label="Allowed origins"
        description="One a line, such as https://shop.example or https://*.example.com. Empty: any page. Servers and apps send no origin and are not held back."
        rows={4}
        spellCheck={false}
        placeholder="https://www.example.com"
        className="font-mono text-sm"
        value={draft.value.origins}
        error={problems.fields["allowedOrigins"]}
        onChange={(event) => draft.set({ origins: event.target.value })}
      />
      <Select<SourceSettings["rateLimit"]>
        label="Rate limit"
        description="Per Cloudflare location. Beyond it senders get 429 and try again later."
        value={draft.value.rateLimit}
        onValueChange={(value) => value !== null && draft.set({ rateLimit: value })}
        renderValue={(value) => RATES[value]}
        error={problems.fields["rateLimit"]}
      >
        {Object.entries(RATES).map(([value, words]) => (
          <Select.Option key={value} value={value as SourceSettings["rateLimit"]}>
            {words}
          </Select.Option>
        ))}
      </Select>
    </SaveForm>
  );
}

/** How analytics.js groups calls. */
export function Batching({ source }: { source: Source }): ReactNode {
  const draft = useDraft(source.settings.batching);
  const save = useSaveSettings(source);
  const problems = problemsOf(save.error, ["batching.size", "batching.timeoutMs", "batching"]);
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={problems.general}
      onSave={() => save.mutate({ batching: draft.value })}
      onReset={draft.reset}
    >
      <Switch
        label="Send in batches"
        checked={draft.value.enabled}
        onCheckedChange={(enabled) => draft.set({ enabled })}
      />
      {draft.value.enabled && (
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberInput
            label="Events a batch"
            description="1 to 100"
            value={draft.value.size}
            error={problems.fields["batching.size"]}
            onChange={(size) => draft.set({ size })}
          />
          <NumberInput
            label="Longest wait, in milliseconds"
            description="100 to 60,000"
            value={draft.value.timeoutMs}
            error={problems.fields["batching.timeoutMs"]}
            onChange={(timeoutMs) => draft.set({ timeoutMs })}
          />
        </div>
      )}
    </SaveForm>
  );
}

export function ServerCookie({ source }: { source: Source }): ReactNode {
  const draft = useDraft({ serverCookie: source.settings.serverCookie });
  const save = useSaveSettings(source);
  const problems = problemsOf(save.error, ["serverCookie"]);
  return (
    <SaveForm
      dirty={draft.dirty}
      saving={save.isPending}
      saved={save.isSuccess}
      problems={[...problems.general, ...Object.values(problems.fields)]}
      onSave={() => save.mutate(draft.value)}
      onReset={draft.reset}
    >
      <Switch
        label="Keep the anonymous id in a first-party cookie set by the collector"
        checked={draft.value.serverCookie}
        onCheckedChange={(serverCookie) => draft.set({ serverCookie })}
      />
    </SaveForm>
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
