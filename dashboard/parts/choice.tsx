import { Input } from "@cloudflare/kumo/components/input";
import { CaretUpDownIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";

interface ChoiceProps<T extends string> {
  readonly label?: string;
  readonly "aria-label"?: string;
  readonly description?: ReactNode;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
  /** Shown when there is nothing to choose from. */
  readonly placeholder?: string;
  readonly value: T;
  readonly choices: readonly (readonly [value: T, words: string])[];
  readonly onChange: (value: T) => void;
}

/**
 * One of a few values. The browser's own list: it is a phone's wheel on a phone, and a list of Kumo's would be a
 * tenth of what a settings page loads.
 */
export function Choice<T extends string>({ choices, placeholder, onChange, ...field }: ChoiceProps<T>): ReactNode {
  return (
    <Input
      {...field}
      className="w-full appearance-none pr-9 disabled:opacity-60"
      onValueChange={(text) => {
        const chosen = choices.find(([value]) => value === text);
        if (chosen !== undefined) onChange(chosen[0]);
      }}
      render={(props) => (
        <span className="relative block min-w-0">
          {/* What Kumo hands to an input fits a select: both have these attributes. */}
          <select {...(props as object)}>
            {choices.length === 0 && <option value="">{placeholder}</option>}
            {choices.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
          <CaretUpDownIcon
            aria-hidden
            className="text-kumo-subtle pointer-events-none absolute top-1/2 right-3 -translate-y-1/2"
          />
        </span>
      )}
    />
  );
}
