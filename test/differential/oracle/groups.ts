import type { DifferentialCase, Event } from "../case.ts";
import type { Upstream } from "./upstream.ts";

export interface Group {
  readonly indices: readonly number[];
  /** Through performBatch. */
  readonly batch: boolean;
}

/** Upstream takes the audience of a whole batch from its first event, so all must be of one (or of none). */
function audienceOf(event: Event): readonly unknown[] | undefined {
  const context = event["context"];
  if (typeof context !== "object" || context === null || !("personas" in context)) return undefined;
  if (typeof context.personas !== "object" || context.personas === null) return undefined;
  const { computation_key, computation_id, audience_settings, external_audience_id } = context.personas as Event;
  return [computation_key, computation_id, audience_settings, external_audience_id];
}

/** Upstream's limits (destinations.md §7.7). */
const MOST_EVENTS = 1000;

/** Which events share a request (destinations.md §7.7), from the fields as upstream's mapping-kit resolves them. */
export function groupsOf(given: DifferentialCase, matched: readonly number[], upstream: Upstream): readonly Group[] {
  const batches = upstream.batches(given.destination, given.action);
  const together = new Map<string, { indices: number[]; size: number }>();
  const order: (Group | { indices: number[]; size: number })[] = [];
  for (const index of matched) {
    const event = given.events[index] ?? {};
    const payload = batches ? upstream.transform(given.mapping, event) : {};
    if (payload["enable_batching"] !== true) {
      order.push({ indices: [index], batch: false });
      continue;
    }
    const keys = payload["batch_keys"];
    const names = Array.isArray(keys) ? keys.map(String) : typeof keys === "string" ? [keys] : [];
    const key = JSON.stringify([names.map((name) => payload[name]), audienceOf(event)]);
    const known = together.get(key);
    const asked = Number(payload["batch_size"] ?? 0);
    const size = asked >= 1 ? Math.min(asked, MOST_EVENTS) : MOST_EVENTS;
    if (known !== undefined && known.indices.length < known.size) known.indices.push(index);
    else {
      const group = { indices: [index], size };
      together.set(key, group);
      order.push(group);
    }
  }
  return order.map((one) => ("batch" in one ? one : { indices: one.indices, batch: true }));
}
