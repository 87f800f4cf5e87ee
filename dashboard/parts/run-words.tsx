import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { ExportHourState, ExportRunStatus } from "../api/export-types.ts";
import { HOUR_WORDS, RUN_WORDS } from "../logic/export-words.ts";

const RUN_COLOURS = { running: "neutral", success: "success", partial: "warning", failed: "error" } as const;
const HOUR_COLOURS = {
  waiting: "neutral",
  running: "neutral",
  failed: "error",
  published: "success",
  empty: "neutral",
} as const;

/** How a run ended: a word, and a colour for those who see it. */
export const RunWord = ({ status }: { status: ExportRunStatus }): ReactNode => (
  <Badge appearance="dot" variant={RUN_COLOURS[status]}>
    {RUN_WORDS[status]}
  </Badge>
);

/** Where an hour stands. */
export const HourWord = ({ state }: { state: ExportHourState }): ReactNode => (
  <Badge appearance="dot" variant={HOUR_COLOURS[state]}>
    {HOUR_WORDS[state]}
  </Badge>
);
