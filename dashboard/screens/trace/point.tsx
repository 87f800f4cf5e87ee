import type { ReactNode } from "react";
import { clip } from "../../logic/entry-text.ts";
import { absoluteTime, clockTime } from "../../logic/times.ts";
import { gapText, type Stage, type Tone } from "../../logic/trace-stage.ts";

/** The colour of a dot on the line. */
export const DOTS: Record<Tone, string> = {
  good: "text-kumo-success",
  bad: "text-kumo-danger",
  waiting: "text-kumo-warning",
  neutral: "text-kumo-inactive",
};
interface PointProps {
  readonly stage: Stage;
  /** Within a destination: smaller. */
  readonly inner?: boolean;
  readonly children?: ReactNode;
}

/** A dot on the line, what happened, and when: the clock and the time since the one before. */
export const Point = ({
  stage: { tone, title, note, code, at, gap, first },
  inner = false,
  children,
}: PointProps): ReactNode => (
  <li className="before:bg-kumo-line relative pb-5 pl-7 before:absolute before:top-3 before:bottom-0 before:left-[5px] before:w-px last:pb-0 last:before:hidden">
    <span aria-hidden className={`absolute top-1.5 left-0 size-[11px] rounded-full bg-current ${DOTS[tone]}`} />
    <div className="flex flex-wrap items-baseline justify-between gap-x-4">
      <span className={`min-w-0 wrap-anywhere ${inner ? "" : "font-medium"}`}>
        <bdi>{title}</bdi>
      </span>
      {at !== undefined && (
        <span className="text-kumo-subtle text-sm whitespace-nowrap tabular-nums">
          {gap !== undefined && (
            <span className="mr-2">
              {gapText(gap)} {first === true ? "after it was received" : "after the step before"}
            </span>
          )}
          <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)} className="font-mono">
            {clockTime(at)}
          </time>
        </span>
      )}
    </div>
    {(note !== undefined || code !== undefined) && (
      <p className="text-kumo-subtle text-sm wrap-anywhere">
        {note !== undefined && <bdi>{clip(note, 500)}</bdi>}{" "}
        {code !== undefined && <code className="font-mono text-xs">{code}</code>}
      </p>
    )}
    {children}
  </li>
);
