import type { ActionDefinition } from "@segment/actions-core";
import type { Batching, DeliveredEvent, Mapping } from "../destination.ts";

/** Segment's defaults (destinations.md §7.7); a page of lines is no longer than this either. */
const MOST_EVENTS = 1000;
const MOST_BYTES = 4_000_000;

/** Resolves a mapping for one event: actions-core's mapping kit. */
export type Resolve = (mapping: Mapping, event: DeliveredEvent) => Record<string, unknown>;

const isOn = (value: unknown): boolean => value === true || value === "true";
const isDirective = (value: unknown): boolean => typeof value === "object" && value !== null;

function bounded(value: unknown, most: number): number {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && number >= 1 ? Math.min(Math.floor(number), most) : most;
}

/** Fields whose values must agree within a batch: the mapping's, else those the action itself asks for. */
function batchKeys(mapping: Mapping, definition: ActionDefinition<unknown>): string[] {
  const keys = mapping["batch_keys"] ?? definition.fields.batch_keys?.default;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
}

/** actions-core takes the audience of a whole batch from its first event. */
function audienceOf(event: DeliveredEvent): unknown {
  const context = event["context"];
  const personas =
    typeof context === "object" && context !== null ? (context as DeliveredEvent)["personas"] : undefined;
  if (typeof personas !== "object" || personas === null) return null;
  const { computation_key, computation_id, external_audience_id, audience_settings } = personas as DeliveredEvent;
  return [computation_key, computation_id, external_audience_id, audience_settings];
}

/** How the events of a subscription may be sent together; undefined when its mapping or action does not want it. */
export function batchingOf(
  definition: ActionDefinition<unknown>,
  mapping: Mapping,
  resolve: Resolve,
): Batching | undefined {
  const wanted = mapping["enable_batching"];
  if (definition.performBatch === undefined || !(isOn(wanted) || isDirective(wanted))) return undefined;
  const keys = batchKeys(mapping, definition);
  const keyed = Object.fromEntries(keys.filter((key) => key in mapping).map((key) => [key, mapping[key]]));
  return {
    size: bounded(mapping["batch_size"] ?? mapping["max_batch_size"], MOST_EVENTS),
    bytes: bounded(mapping["batch_bytes"], MOST_BYTES),
    keyOf(event) {
      const { enable_batching, ...values } = resolve({ ...keyed, enable_batching: wanted }, event);
      return isOn(enable_batching) ? JSON.stringify([values, audienceOf(event)]) : undefined;
    },
  };
}
