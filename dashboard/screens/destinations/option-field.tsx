import { Button } from "@cloudflare/kumo/components/button";
import { Input, InputArea } from "@cloudflare/kumo/components/input";
import { Switch } from "@cloudflare/kumo/components/switch";
import type { ReactNode } from "react";
import type { DestinationOption } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";

interface OptionFieldProps {
  readonly option: DestinationOption;
  /** `undefined` for a secret that is left as it is. */
  readonly text: string | undefined;
  /** A secret field holds a value that nobody can read any more. */
  readonly stored: boolean;
  readonly error: string | undefined;
  readonly onChange: (text: string | undefined) => void;
}

/** One setting of a destination in the control that fits its type. */
export function OptionField(props: OptionFieldProps): ReactNode {
  const { option, text = "", error, onChange } = props;
  if (option.secret) return <SecretField {...props} />;
  if (option.choices !== undefined) {
    return (
      <Choice
        label={option.label}
        description={option.description}
        value={text}
        choices={option.choices.map((choice) => [choice, choice])}
        error={error}
        onChange={onChange}
      />
    );
  }
  if (option.type === "boolean") {
    return (
      <Switch label={option.label} checked={text === "true"} onCheckedChange={(checked) => onChange(String(checked))} />
    );
  }
  const field = {
    label: option.label,
    error,
    spellCheck: false,
    value: text,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (option.type === "map" || option.type === "text") {
    const form = option.type === "map" ? " One a line, as Name: value." : "";
    return <InputArea {...field} description={`${option.description}${form}`} rows={3} className="font-mono text-sm" />;
  }
  return (
    <Input
      {...field}
      description={option.description}
      required={option.required}
      inputMode={option.type === "number" ? "numeric" : undefined}
    />
  );
}

/** Write-only: what is stored can be replaced or removed, never shown. */
function SecretField({ option, text, stored, error, onChange }: OptionFieldProps): ReactNode {
  if (stored && text === undefined) {
    return (
      <div>
        <p className="mb-1.5 font-medium">{option.label}</p>
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-kumo-subtle">Stored; it cannot be shown.</span>
          <Button type="button" size="sm" onClick={() => onChange("")}>
            Replace
          </Button>
        </div>
        {error !== undefined && <p className="text-kumo-danger mt-1 text-sm">{error}</p>}
      </div>
    );
  }
  const keep = stored ? " Leave it empty to remove the stored one." : "";
  const field = {
    label: option.label,
    description: `${option.description}${keep}`,
    error,
    autoComplete: "off",
    spellCheck: false,
    value: text ?? "",
    // An untouched field of a new destination is no change.
    onChange: (event: { target: { value: string } }) =>
      onChange(event.target.value === "" && !stored ? undefined : event.target.value),
  };
  return (
    <div className="flex flex-col items-start gap-2">
      <div className="w-full">
        {option.type === "text" ? (
          <InputArea {...field} rows={2} className="font-mono text-sm" />
        ) : (
          <Input {...field} type="password" autoComplete="new-password" />
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
