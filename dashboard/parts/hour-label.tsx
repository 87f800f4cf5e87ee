import type { ReactNode } from "react";
import { hourText } from "../logic/export-hours.ts";
import { absoluteTime } from "../logic/times.ts";

/** An hour of the tables, by its start in UTC, with the local time on hover. */
export const HourLabel = ({ at }: { at: string }): ReactNode => (
  <time dateTime={at} title={absoluteTime(Date.parse(at))} className="whitespace-nowrap tabular-nums">
    {hourText(at)}
  </time>
);
