import { Input } from "@cloudflare/kumo/components/input";
import type { ReactNode } from "react";

interface NameInputProps {
  readonly label?: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (name: string) => void;
}

/** What something is called: needed, and as long as the control plane lets any name be. */
export const NameInput = ({ label = "Name", error, onChange, ...rest }: NameInputProps): ReactNode => (
  <Input
    {...rest}
    label={label}
    maxLength={120}
    required
    error={error}
    aria-invalid={error !== undefined}
    onChange={(event) => onChange(event.target.value)}
  />
);
