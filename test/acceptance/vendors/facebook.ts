// https://developers.facebook.com/docs/marketing-api/conversions-api/parameters
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, isoTime, json, judge, notFound, text } from "./judge.ts";

const [PIXEL, TOKEN] = ["1234567890", "facebook-system-user-token"];

/** Who somebody is travels as SHA-256 only. */
const hashed = z.union([z.string().regex(/^[0-9a-f]{64}$/), z.array(z.string().regex(/^[0-9a-f]{64}$/))]);
const UserData = z.looseObject({
  em: hashed,
  ph: hashed.optional(),
  fn: hashed.optional(),
  ln: hashed.optional(),
  ct: hashed.optional(),
  zp: hashed.optional(),
  external_id: hashed,
  client_ip_address: z.union([z.ipv4(), z.ipv6()]).optional(),
  client_user_agent: text,
});
const Server = z.looseObject({
  event_name: z.literal("Purchase"),
  // Documented as Unix seconds; Segment's own integration has sent ISO 8601 for years and it is taken.
  event_time: z.union([z.number().int(), isoTime]),
  event_id: text,
  action_source: z.literal("website"),
  event_source_url: z.url(),
  user_data: UserData,
  custom_data: z.looseObject({ currency: z.string().regex(/^[A-Z]{3}$/), value: z.number() }),
});
const Events = z.object({ data: z.array(Server).min(1).max(1000) });

function receive(asked: Asked): Reply {
  const { pathname, searchParams } = asked.url;
  if (!new RegExp(`^/v\\d+\\.\\d/${PIXEL}/events$`).test(pathname)) return notFound;
  const token = searchParams.get("access_token") ?? asked.headers["authorization"]?.replace("Bearer ", "");
  if (token !== TOKEN) return { status: 400, body: { error: { type: "OAuthException", code: 190 } } };
  return judge(Events, json(asked), ({ data }) => ({
    status: 200,
    body: { events_received: data.length, messages: [], fbtrace_id: "trace" },
    taken: data.map((one) => event(one.event_id, one)),
  }));
}

export const facebook: Vendor = { name: "Facebook", hosts: ["graph.facebook.com"], receive };

export const connectFacebook: Connect = {
  metadataId: "61806e472cd47ea1104885fc",
  settings: { pixelId: PIXEL, env_ACTIONS_FB_CAPI_SYSTEM_USER_TOKEN: TOKEN },
  actions: [
    {
      actionId: "purchase",
      trigger: 'type = "track" and event = "Order Completed"',
      mapping: { action_source: "website" },
    },
  ],
};
