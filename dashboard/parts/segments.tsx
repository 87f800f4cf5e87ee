import type { ReactNode } from "react";

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly (readonly [value: T, words: string])[];
  readonly onChange: (value: T) => void;
}

/** One of a few short values, all in sight. */
export const Segments = <T extends string>({ label, value, choices, onChange }: SegmentsProps<T>): ReactNode => (
  <div role="group" aria-label={label} className="ring-kumo-line bg-kumo-base inline-flex rounded-lg p-0.5 ring">
    {choices.map(([each, words]) => (
      <button
        key={each}
        type="button"
        aria-pressed={each === value}
        onClick={() => onChange(each)}
        className="text-kumo-subtle hover:text-kumo-default aria-pressed:bg-kumo-tint aria-pressed:text-kumo-default h-8 cursor-pointer rounded-md px-3 text-sm whitespace-nowrap tabular-nums aria-pressed:font-medium"
      >
        {words}
      </button>
    ))}
  </div>
);
