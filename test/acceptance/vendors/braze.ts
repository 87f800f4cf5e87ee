// https://www.braze.com/docs/api/endpoints/user_data/post_user_track and the objects it names
import * as z from "zod";
import { WITH_ID, type Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, isoTime, json, judge, notFound, profile, properties, text, unauthorised } from "./judge.ts";

const KEY = "braze-rest-key";

const Person = { external_id: text };
const Attributes = z.looseObject(Person);
const Event = z.looseObject({ ...Person, name: text, time: isoTime, properties: properties.optional() });
const Purchase = z.looseObject({
  ...Person,
  product_id: text,
  currency: z.string().regex(/^[A-Z]{3}$/),
  price: z.number(),
  quantity: z.number().int().min(1).max(100).optional(),
  time: isoTime,
  properties: properties.optional(),
});
const Track = z.object({
  attributes: z.array(Attributes).max(75).default([]),
  events: z.array(Event).max(75).default([]),
  purchases: z.array(Purchase).max(75).default([]),
});

function receive(asked: Asked): Reply {
  if (asked.url.pathname !== "/users/track") return notFound;
  if (asked.headers["authorization"] !== `Bearer ${KEY}`) return unauthorised;
  return judge(Track, json(asked), ({ attributes, events, purchases }) => ({
    status: 201,
    body: { message: "success", events_processed: events.length, purchases_processed: purchases.length },
    taken: [
      ...attributes.map((one) => profile(one.external_id, one)),
      ...events.map((one) => event(one.properties?.["message_id"], one)),
      // An order is a purchase of each of its products, all in one request.
      ...[...Map.groupBy(purchases, (one) => one.properties?.["message_id"])].map(([id, of]) =>
        event(id, { purchases: of }),
      ),
    ],
  }));
}

export const braze: Vendor = { name: "Braze", hosts: ["rest.fra-01.braze.eu"], receive };

export const connectBraze: Connect = {
  metadataId: "60f9d0d048950c356be2e4da",
  settings: { api_key: KEY, app_id: "braze-app", endpoint: "https://rest.fra-01.braze.eu" },
  presets: { "Track Calls": { properties: WITH_ID }, "Identify Calls": {} },
  actions: [
    {
      actionId: "trackPurchase",
      trigger: 'type = "track" and event = "Order Completed"',
      mapping: { properties: { message_id: { "@path": "$.messageId" } } },
    },
  ],
};
