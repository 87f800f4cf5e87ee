import { InputArea } from "@cloudflare/kumo/components/input";
import { type ReactNode, useId } from "react";

interface TextAreaProps {
  /** What is written there, for readers: the place says it to everybody else. */
  readonly label: string;
  readonly rows: number;
  readonly value: string;
  readonly help?: string;
  readonly error?: string | undefined;
  readonly onChange: (text: string) => void;
}

/** Code in several lines, without a visible label of its own. */
export function TextArea({ label, rows, value, help, error, onChange }: TextAreaProps): ReactNode {
  const note = useId();
  const text = error ?? help;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <InputArea
        aria-label={label}
        aria-describedby={text === undefined ? undefined : note}
        aria-invalid={error !== undefined}
        variant={error === undefined ? "default" : "error"}
        rows={rows}
        spellCheck={false}
        className="w-full font-mono text-sm"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {text !== undefined && (
        <p id={note} className={`text-sm ${error === undefined ? "text-kumo-subtle" : "text-kumo-danger"}`}>
          {text}
        </p>
      )}
    </div>
  );
}
