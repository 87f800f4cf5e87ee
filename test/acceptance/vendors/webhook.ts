// https://segment.com/docs/connections/destinations/catalog/webhooks/: the event as JSON, signed with HMAC-SHA1
import { createHmac } from "node:crypto";
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, isoTime, json, judge, text, unauthorised } from "./judge.ts";

const SECRET = "webhook-shared-secret";

const Event = z.looseObject({ type: text, messageId: text, receivedAt: isoTime, timestamp: isoTime });

function receive(asked: Asked): Reply {
  const signature = createHmac("sha1", SECRET).update(asked.text).digest("hex");
  if (asked.headers["x-signature"] !== signature) return unauthorised;
  return judge(Event, json(asked), (one) => ({ status: 200, taken: [event(one.messageId, one)] }));
}

export const webhook: Vendor = { name: "Webhook", hosts: ["hooks.shop.example"], receive };

export const connectWebhook: Connect = {
  metadataId: "webhook",
  settings: { url: "https://hooks.shop.example/segment", sharedSecret: SECRET },
};
