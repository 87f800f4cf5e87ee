// https://developer.mixpanel.com/reference/import-events, …/profile-set and …/track-event
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { basicOf, event, form, json, judge, notFound, profile, properties, text, unauthorised } from "./judge.ts";

const TOKEN = "mixpanel-project-token";
const SECRET = "mixpanel-api-secret";

const Imported = z
  .array(
    z.object({
      event: text,
      properties: z.looseObject({ time: z.number().int(), distinct_id: z.string(), $insert_id: text }),
    }),
  )
  .max(2000);
const Engaged = z.object({ $token: z.literal(TOKEN), $distinct_id: text, $set: properties });
const Tracked = z.object({ event: text, properties: z.looseObject({ token: z.literal(TOKEN) }) });

function receive(asked: Asked): Reply {
  const data = () => JSON.parse(form(asked).get("data") ?? "null") as unknown;
  switch (asked.url.pathname) {
    case "/import":
      if (basicOf(asked) !== `${SECRET}:`) return unauthorised;
      return judge(Imported, json(asked), (events) => ({
        status: 200,
        body: { code: 200, num_records_imported: events.length, status: "OK" },
        taken: events.map((one) => event(one.properties.$insert_id, one)),
      }));
    case "/engage":
      return judge(Engaged, data(), (one) => ({ status: 200, body: "1", taken: [profile(one.$distinct_id, one)] }));
    case "/track":
      return judge(Tracked, data(), () => ({ status: 200, body: "1" }));
    default:
      return notFound;
  }
}

export const mixpanel: Vendor = { name: "Mixpanel", hosts: ["api.mixpanel.com"], receive };

export const connectMixpanel: Connect = {
  metadataId: "615c7438d93d9b61b1e9e192",
  settings: { projectToken: TOKEN, apiSecret: SECRET },
  presets: {
    "Track Calls": {},
    "Order Completed Calls": { generatePurchaseEventPerProduct: false },
    "Page Calls": {},
    "Identify Calls": {},
  },
};
