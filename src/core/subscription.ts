import * as z from "zod";
import { Name } from "./catalog.ts";
import type { Changes } from "./changes.ts";

/** Bounds of one subscription; characters are UTF-16 units. */
export const SUBSCRIPTION_LIMITS = {
  /** Of a trigger's FQL text. */
  triggerChars: 5000,
  /** Of the mapping as JSON text. */
  mappingChars: 65_536,
} as const;

/**
 * What an action's payload is made of: a value, or a directive of the mapping kit, by field (destinations.md §7.5).
 * It is stored as JSON and resolved for each event.
 */
export const Mapping = z.record(z.string(), z.unknown());
export type Mapping = z.infer<typeof Mapping>;

export const Trigger = z.string().trim().max(SUBSCRIPTION_LIMITS.triggerChars);

/**
 * One action of a configured destination: which events start it (`trigger`, FQL of destinations.md §7.4) and what is
 * sent then (`mapping`). Times are ms since epoch.
 */
export const SubscriptionRecord = z.object({
  id: z.string(),
  destinationId: z.string(),
  name: Name,
  /** The action's key in its definition. */
  actionId: z.string().min(1).max(100),
  enabled: z.boolean(),
  trigger: Trigger,
  mapping: Mapping,
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type SubscriptionRecord = z.infer<typeof SubscriptionRecord>;

/** A new subscription; the caller has checked action, trigger and mapping with the destination's kind. */
export type SubscriptionInput = Omit<SubscriptionRecord, "id" | "destinationId" | "createdAt" | "updatedAt">;
/** What is named changes. */
export type SubscriptionPatch = Changes<Omit<SubscriptionInput, "actionId">>;
