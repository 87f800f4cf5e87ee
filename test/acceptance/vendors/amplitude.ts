// https://amplitude.com/docs/apis/analytics/http-v2 and …/analytics/identify
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, form, json, judge, notFound, profile, properties, text } from "./judge.ts";

const KEY = "amplitude-api-key";

const Event = z
  .looseObject({
    event_type: text,
    user_id: z.string().min(5).optional(),
    device_id: z.string().min(5).optional(),
    time: z.number().int().min(1e12),
    insert_id: text,
    event_properties: properties.optional(),
    user_properties: properties.optional(),
  })
  .refine(({ user_id, device_id }) => user_id !== undefined || device_id !== undefined, "user_id or device_id");
const Upload = z.looseObject({ api_key: z.literal(KEY), events: z.array(Event).min(1).max(2000) });
const Identification = z.looseObject({
  user_id: text.optional(),
  device_id: text.optional(),
  user_properties: properties,
});

function receive(asked: Asked): Reply {
  switch (asked.url.pathname) {
    case "/2/httpapi":
      return judge(Upload, json(asked), ({ events }) => ({
        status: 200,
        body: { code: 200, events_ingested: events.length, payload_size_bytes: asked.text.length },
        taken: events.map((one) => event(one.insert_id, one)),
      }));
    case "/identify": {
      const fields = form(asked);
      if (fields.get("api_key") !== KEY) return { status: 400, body: "invalid_api_key" };
      const given: unknown = JSON.parse(fields.get("identification") ?? "null");
      return judge(Identification, given, (one) => ({
        status: 200,
        body: "success",
        taken: [profile(one.user_id, one)],
      }));
    }
    default:
      return notFound;
  }
}

export const amplitude: Vendor = { name: "Amplitude", hosts: ["api2.amplitude.com"], receive };

/** Amplitude drops an event whose `insert_id` it has seen: the messageId is one. */
const insert_id = { "@path": "$.messageId" };

export const connectAmplitude: Connect = {
  metadataId: "5f7dd6d21ad74f3842b1fc47",
  settings: { apiKey: KEY, secretKey: "amplitude-secret-key" },
  presets: {
    "Track Calls": { insert_id },
    "Order Completed Calls": { insert_id },
    "Page Calls": { insert_id },
    "Identify Calls": {},
  },
};
