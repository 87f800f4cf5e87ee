// https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference (and …/reference/events)
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, json, judge, notFound, text, unauthorised } from "./judge.ts";

const SECRET = "ga4-api-secret";
const STREAM = "G-INLET1";

const Item = z
  .looseObject({ item_id: text.optional(), item_name: text.optional(), price: z.number().optional() })
  .refine(({ item_id, item_name }) => item_id !== undefined || item_name !== undefined, "item_id or item_name");
const Params = z.looseObject({ message_id: text, engagement_time_msec: z.number() });
/** Names have at most 40 letters, digits and underscores, and begin with a letter. */
const Custom = z.object({ name: z.string().regex(/^[a-zA-Z]\w{0,39}$/), params: Params });
const Purchase = z.object({
  name: z.literal("purchase"),
  params: Params.extend({
    currency: z.string().regex(/^[A-Z]{3}$/),
    value: z.number(),
    transaction_id: text,
    items: z.array(Item).min(1).max(200),
  }),
});
const Collected = z.looseObject({
  client_id: text,
  timestamp_micros: z.number().int().min(1e15),
  events: z
    .array(z.union([Purchase, Custom]))
    .min(1)
    .max(25),
});

function receive(asked: Asked): Reply {
  const { pathname, searchParams } = asked.url;
  if (pathname !== "/mp/collect") return notFound;
  if (searchParams.get("api_secret") !== SECRET || searchParams.get("measurement_id") !== STREAM) return unauthorised;
  return judge(Collected, json(asked), (body) => ({
    status: 204,
    taken: body.events.map((one) => event(one.params.message_id, { ...body, ...one })),
  }));
}

export const googleAnalytics: Vendor = { name: "GA4", hosts: ["www.google-analytics.com"], receive };

const params = { message_id: { "@path": "$.messageId" } };

export const connectGoogleAnalytics: Connect = {
  metadataId: "60ad61f9ff47a16b8fb7b5d9",
  settings: { measurementId: STREAM, apiSecret: SECRET },
  actions: [
    { actionId: "purchase", trigger: 'type = "track" and event = "Order Completed"', mapping: { params } },
    {
      actionId: "customEvent",
      trigger: 'type = "track" and event != "Order Completed"',
      mapping: { params, lowercase: true },
    },
    { actionId: "pageView", trigger: 'type = "page"', mapping: { params } },
  ],
};
