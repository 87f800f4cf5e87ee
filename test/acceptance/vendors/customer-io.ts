// https://docs.customer.io/integrations/api/track/ ("Send a batch of requests", "entity")
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Taken, Vendor } from "../city.ts";
import { basicOf, event, json, judge, notFound, profile, properties, text, unauthorised } from "./judge.ts";

const [SITE, KEY] = ["customerio-site", "customerio-key"];

const Common = {
  type: z.literal("person"),
  identifiers: z.looseObject({ id: text }),
  /** Unix seconds. */
  timestamp: z.number().int().max(1e10).optional(),
  attributes: properties.optional(),
};
const Operation = z.discriminatedUnion("action", [
  z.looseObject({ ...Common, action: z.literal("identify") }),
  z.looseObject({ ...Common, action: z.literal("event"), name: text, id: text }),
  z.looseObject({ ...Common, action: z.literal("page"), name: text, id: text }),
]);
const Batch = z.object({ batch: z.array(Operation).min(1).max(1000) });
type Operation = z.infer<typeof Operation>;

const takenOf = (one: Operation): Taken =>
  one.action === "identify" ? profile(one.identifiers.id, one) : event(one.id, one);

function receive(asked: Asked): Reply {
  if (basicOf(asked) !== `${SITE}:${KEY}`) return unauthorised;
  switch (asked.url.pathname) {
    case "/api/v2/batch":
      return judge(Batch, json(asked), ({ batch }) => ({ status: 200, body: {}, taken: batch.map(takenOf) }));
    case "/api/v2/entity":
      return judge(Operation, json(asked), (one) => ({ status: 200, body: {}, taken: [takenOf(one)] }));
    default:
      return notFound;
  }
}

export const customerIo: Vendor = { name: "Customer.io", hosts: ["track.customer.io"], receive };

export const connectCustomerIo: Connect = {
  metadataId: "5f7dd78fe27ce7ff2b8bfa37",
  settings: { siteId: SITE, apiKey: KEY },
  presets: { "Create or Update Person": {}, "Track Event": {}, "Track Page View": {} },
};
