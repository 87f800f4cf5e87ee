import { CATALOG_LIMITS, refuse, type Refusal } from "../../src/core/catalog.ts";
import { DELIVERY } from "../../src/core/delivery.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { SubscriptionInput, SubscriptionPatch, SubscriptionRecord } from "../../src/core/subscription.ts";
import type { Room } from "./room.ts";
import { randomId } from "./secrets.ts";

type Answer = Result<SubscriptionRecord, Refusal>;

const NO_DESTINATION = refuse("not_found", "There is no such destination.");
const NOT_FOUND = refuse("not_found", "There is no such subscription.");

/** A record of its own made from what was given. */
export const newSubscription = (destinationId: string, input: SubscriptionInput, now: number): SubscriptionRecord => ({
  ...input,
  id: randomId(),
  destinationId,
  createdAt: now,
  updatedAt: now,
});

/** Why a destination cannot have this one enabled as well: a delivery goes to a bounded number of them. */
function refuseEnabled(room: Room, { destinationId, id, enabled }: SubscriptionRecord): Refusal | undefined {
  if (!enabled) return undefined;
  const others = room.store.subscriptions.of(destinationId).filter((one) => one.enabled && one.id !== id);
  if (others.length < DELIVERY.maxLanes) return undefined;
  return refuse("conflict", `A destination has at most ${DELIVERY.maxLanes} subscriptions that are on.`, "enabled");
}

/** All of a destination, in the order they were made. */
export function listSubscriptions(room: Room, destinationId: string): Result<SubscriptionRecord[], Refusal> {
  const { store } = room;
  return store.destination(destinationId) === undefined
    ? err(NO_DESTINATION)
    : ok(store.subscriptions.of(destinationId));
}

export function getSubscription(room: Room, destinationId: string, id: string): Answer {
  const { store } = room;
  if (store.destination(destinationId) === undefined) return err(NO_DESTINATION);
  const subscription = store.subscriptions.one(destinationId, id);
  return subscription === undefined ? err(NOT_FOUND) : ok(subscription);
}

export function createSubscription(room: Room, destinationId: string, input: SubscriptionInput): Answer {
  return room.write(() => {
    const { store } = room;
    if (store.destination(destinationId) === undefined) return err(NO_DESTINATION);
    if (store.subscriptions.count(destinationId) >= CATALOG_LIMITS.subscriptionsPerDestination) {
      const most = CATALOG_LIMITS.subscriptionsPerDestination;
      return err(refuse("conflict", `A destination has at most ${most} subscriptions.`));
    }
    const subscription = newSubscription(destinationId, input, room.now());
    const refusal = refuseEnabled(room, subscription);
    if (refusal !== undefined) return err(refusal);
    store.subscriptions.add(subscription);
    return ok(subscription);
  });
}

export function updateSubscription(room: Room, destinationId: string, id: string, patch: SubscriptionPatch): Answer {
  return room.write(() => {
    const old = getSubscription(room, destinationId, id);
    if (!old.ok) return old;
    const { name, enabled, trigger, mapping } = old.value;
    const subscription: SubscriptionRecord = {
      ...old.value,
      name: patch.name ?? name,
      enabled: patch.enabled ?? enabled,
      trigger: patch.trigger ?? trigger,
      mapping: patch.mapping ?? mapping,
      updatedAt: room.now(),
    };
    const refusal = old.value.enabled ? undefined : refuseEnabled(room, subscription);
    if (refusal !== undefined) return err(refusal);
    room.store.subscriptions.change(subscription);
    return ok(subscription);
  });
}

export function deleteSubscription(room: Room, destinationId: string, id: string): Result<null, Refusal> {
  return room.write(() => {
    const { store } = room;
    if (store.destination(destinationId) === undefined) return err(NO_DESTINATION);
    return store.subscriptions.drop(destinationId, id) ? ok(null) : err(NOT_FOUND);
  });
}
