import { Button } from "@cloudflare/kumo/components/button";
import { Input, InputArea } from "@cloudflare/kumo/components/input";
import { Switch } from "@cloudflare/kumo/components/switch";
import type { ReactNode } from "react";
import type { DestinationField } from "../api/types.ts";
import { Choice } from "./choice.tsx";
import { HelpText } from "./help-text.tsx";

interface SettingFieldProps {
  readonly field: DestinationField;
  readonly required: boolean;
  /** `undefined` for a secret that is left as it is. */
  readonly text: string | undefined;
  /** A secret field holds a value that nobody can read any more. */
  readonly stored: boolean;
  readonly error: string | undefined;
  readonly onChange: (text: string | undefined) => void;
}

/** One setting of a destination in the control that fits its type. */
export function SettingField(props: SettingFieldProps): ReactNode {
  const { field, required, text = "", error, onChange } = props;
  const help = <HelpText text={field.description} />;
  if (field.secret) return <SecretField {...props} />;
  if (field.choices !== undefined) {
    const choices = field.choices.map(({ value, label }) => [String(value), label] as const);
    const unset = required || field.defaultValue !== undefined ? [] : [["", "Not set"] as const];
    return (
      <Choice
        label={field.label}
        description={help}
        value={text}
        choices={[...unset, ...choices]}
        error={error}
        onChange={onChange}
      />
    );
  }
  if (field.type === "boolean") {
    return (
      <div>
        <Switch label={field.label} checked={text === "true"} onCheckedChange={(on) => onChange(String(on))} />
        <p className="text-kumo-subtle mt-1 text-sm">{help}</p>
        {error !== undefined && <p className="text-kumo-danger mt-1 text-sm">{error}</p>}
      </div>
    );
  }
  const control = {
    label: field.label,
    required,
    error,
    "aria-invalid": error !== undefined,
    spellCheck: false,
    autoComplete: "off",
    value: text,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (field.type === "map" || field.type === "text" || field.multiple === true) {
    const form = field.type === "map" ? " One a line, as Name: value." : field.multiple === true ? " One a line." : "";
    return (
      <InputArea
        {...control}
        description={<HelpText text={`${field.description}${form}`} />}
        rows={3}
        className="font-mono text-sm"
      />
    );
  }
  return <Input {...control} description={help} inputMode={field.type === "number" ? "numeric" : undefined} />;
}

/** Write-only: what is stored can be replaced or removed, never shown. */
function SecretField({ field, required, text, stored, error, onChange }: SettingFieldProps): ReactNode {
  if (stored && text === undefined) {
    return (
      <div>
        <p className="mb-1.5 font-medium">{field.label}</p>
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-kumo-subtle">Stored; it cannot be shown.</span>
          <Button type="button" size="sm" aria-label={`Replace ${field.label}`} onClick={() => onChange("")}>
            Replace
          </Button>
        </div>
        {error !== undefined && <p className="text-kumo-danger mt-1 text-sm">{error}</p>}
      </div>
    );
  }
  const control = {
    label: field.label,
    description: <HelpText text={`${field.description}${stored ? " Leave it empty to remove the stored one." : ""}`} />,
    required: required && !stored,
    error,
    "aria-invalid": error !== undefined,
    spellCheck: false,
    value: text ?? "",
    // An untouched field of a new destination is no change.
    onChange: (event: { target: { value: string } }) =>
      onChange(event.target.value === "" && !stored ? undefined : event.target.value),
  };
  return (
    <div className="flex flex-col items-start gap-2">
      <div className="w-full">
        {field.type === "text" ? (
          <InputArea {...control} autoComplete="off" rows={2} className="font-mono text-sm" />
        ) : (
          <Input {...control} type="password" autoComplete="new-password" />
        )}
      </div>
      {stored && (
        <Button type="button" size="sm" variant="ghost" onClick={() => onChange(undefined)}>
          Keep the stored one
        </Button>
      )}
    </div>
  );
}
