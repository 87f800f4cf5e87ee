import * as z from "zod";
import { DestinationRecord } from "../../src/core/catalog.ts";
import { EventType } from "../../src/core/event.ts";
import type { Room } from "./room.ts";
import { newSubscription } from "./subscriptions.ts";

/** Of the stored records; it grows when they have to be rewritten. */
const FORMAT = "2";

/** A destination as format 1 has it: one source, and no subscriptions, for all there was were webhooks. */
const First = z.looseObject({ sourceId: z.string() });

/** What such a webhook did, in today's words: every event, whole, as one request. */
const WHOLE_EVENT = {
  name: "Send every event",
  actionId: "send",
  enabled: true,
  trigger: EventType.options.map((type) => `type = "${type}"`).join(" or "),
  mapping: { data: { "@path": "$." } },
};

/** Rewrites what an earlier version has stored, once, in one transaction; whatever is of today is left alone. */
export function upgrade(room: Room): void {
  const { store } = room;
  if (store.meta("format") === FORMAT) return;
  room.write(() => {
    for (const stored of store.rawDestinations()) {
      const first = First.safeParse(stored);
      if (!first.success) continue;
      const { sourceId, ...rest } = first.data;
      const record = DestinationRecord.parse({ ...rest, sourceIds: [sourceId], consentCategories: [] });
      store.putDestination(record);
      store.subscriptions.add(newSubscription(record.id, WHOLE_EVENT, room.now()));
    }
    store.putMeta("format", FORMAT);
  });
}
