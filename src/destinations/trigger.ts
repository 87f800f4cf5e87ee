import { parseFql, validate, type Subscription } from "@segment/destination-subscriptions";

/** Parsed triggers of this isolate: parsing costs far more than asking, and a workspace has few different ones. */
const KEPT = 500;
const parsed = new Map<string, Subscription>();

function parse(trigger: string): Subscription {
  const known = parsed.get(trigger);
  if (known !== undefined) return known;
  const subscription = parseFql(trigger);
  if (parsed.size >= KEPT) parsed.clear();
  parsed.set(trigger, subscription);
  return subscription;
}

/**
 * Whether a subscription's trigger (FQL of destinations.md §7.4) wants an event, exactly as Segment's own library
 * says. `error`: the trigger cannot be read, so it fires for nothing.
 */
export function fires(
  trigger: string,
  event: Readonly<Record<string, unknown>>,
): { readonly fires: boolean; readonly error?: string } {
  if (trigger.trim() === "") return { fires: false, error: "it is empty" };
  const subscription = parse(trigger);
  if ("error" in subscription) return { fires: false, error: subscription.error.message };
  try {
    return { fires: validate(subscription, event) };
  } catch (error) {
    // Some malformed triggers pass the parser and break the library: they must not stop a whole segment.
    return { fires: false, error: error instanceof Error ? error.message : String(error) };
  }
}
