/** Why a destination does not get an event although it is connected; Segment's codes (delivery.md §5.2). */
export type DropReason = "FILTERED_BY_INTEGRATIONS_OBJECT" | "destination_disabled" | "destination_deleted";

/**
 * Whether an event may go to a destination by its own `integrations` object (messages.md §2.5): the exact,
 * case-sensitive display name decides, else `All`, else yes. Only `false` blocks; an object carries options.
 */
export function allowsIntegration(integrations: unknown, displayName: string): boolean {
  if (typeof integrations !== "object" || integrations === null) return true;
  const own = (name: string): unknown =>
    Object.hasOwn(integrations, name) ? (integrations as Record<string, unknown>)[name] : undefined;
  const named = own(displayName);
  if (named !== undefined && named !== null) return named !== false;
  return own("All") !== false;
}
