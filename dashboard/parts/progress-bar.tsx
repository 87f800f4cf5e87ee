import type { ReactNode } from "react";

export interface BarPart {
  readonly name: string;
  /** Of the whole: 0 to 1. */
  readonly share: number;
  /** A colour of text. */
  readonly colour: string;
}

interface ProgressBarProps {
  /** What goes on, for readers. */
  readonly label: string;
  /** From the left; their sum is how far it is. */
  readonly parts: readonly BarPart[];
}

/** How far something is. The figures stand beside it, in words. */
export function ProgressBar({ label, parts }: ProgressBarProps): ReactNode {
  const done = Math.min(
    1,
    parts.reduce((sum, { share }) => sum + share, 0),
  );
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(done * 100)}
      className="bg-kumo-tint ring-kumo-hairline flex h-2 overflow-hidden rounded-full ring"
    >
      {parts
        .filter(({ share }) => share > 0)
        .map(({ name, share, colour }) => (
          <span
            key={name}
            className={`min-w-1 bg-current ${colour} motion-safe:transition-[width]`}
            style={{ width: `${share * 100}%` }}
          />
        ))}
    </div>
  );
}
