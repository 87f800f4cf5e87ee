import { parseFilterCondition } from "./filter.ts";
import { err, type Result } from "./result.ts";
import type { ReplayCriteria } from "./replay.ts";

/**
 * Whether a replay is about an event. `outside`: of another time, though in a segment that touches the window. `other`:
 * left out by type, name or filter. `unreadable`: no event, no time, or nothing that the filter can decide.
 */
export type Selected = "selected" | "other" | "outside" | "unreadable";

/** Prepares a replay's criteria for many events (parsed JSON; undefined: the line is no JSON object). */
export function compileSelection(
  criteria: Omit<ReplayCriteria, "sourceId">,
): (event: Readonly<Record<string, unknown>> | undefined) => Selected {
  const { from, to, events, filter } = criteria;
  // Names are those of track calls: whoever gives names and no types means these calls alone.
  const types = new Set<unknown>(criteria.types.length === 0 && events.length > 0 ? ["track"] : criteria.types);
  const names = new Set<unknown>(events);
  const parsed = filter === undefined ? undefined : parseFilterCondition(filter);
  const condition = (event: unknown): Result<boolean, string> => {
    if (parsed === undefined) return { ok: true, value: true };
    return parsed.ok ? parsed.value(event) : err(parsed.error.message);
  };
  return (event) => {
    const at = typeof event?.["receivedAt"] === "string" ? Date.parse(event["receivedAt"]) : Number.NaN;
    if (event === undefined || Number.isNaN(at)) return "unreadable";
    if (at < from || at >= to) return "outside";
    const { type, event: name } = event;
    if (types.size > 0 && !types.has(type)) return "other";
    if (type === "track" && names.size > 0 && !names.has(name)) return "other";
    const holds = condition(event);
    if (!holds.ok) return "unreadable";
    return holds.value ? "selected" : "other";
  };
}
