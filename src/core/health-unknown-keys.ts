import { HEALTH, type Finding, type Subject } from "./health.ts";
import { counted } from "./spans.ts";
import type { WorkspaceStanding } from "./standing.ts";

/**
 * Events that no source took, because their write key is nobody's. Never worse than a warning: a stranger can cause it
 * at will, so it must not hide behind it what really stands still.
 */
export function unknownKeyFindings(subject: Subject, { unknownKeys }: WorkspaceStanding): Finding[] {
  if (unknownKeys < HEALTH.fewest) return [];
  return [
    {
      code: "unknown_write_keys",
      severity: "warning",
      subject,
      sentence: `${counted(unknownKeys, "event")} within the last hour named a write key that no source has, or none: they are not kept.`,
      todo: "Look for a site or server of yours that sends with a revoked or mistyped key. Strangers can cause this too; then there is nothing to do. It goes an hour after the last.",
      link: "/",
    },
  ];
}
