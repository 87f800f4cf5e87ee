import { Badge } from "@cloudflare/kumo/components/badge";
import type { ReactNode } from "react";
import type { ReplayStatus } from "../api/replay-types.ts";
import { STATUS_WORDS } from "../logic/replays.ts";

const COLOURS = {
  checking: "info",
  ready: "warning",
  running: "info",
  paused: "warning",
  cancelled: "secondary",
  finished: "success",
  failed: "error",
} as const satisfies Record<ReplayStatus, string>;

/** Where a replay stands: a word, and a colour for those who see it. */
export const ReplayWord = ({ status }: { status: ReplayStatus }): ReactNode => (
  <Badge variant={COLOURS[status]}>{STATUS_WORDS[status]}</Badge>
);
