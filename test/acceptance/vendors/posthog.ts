// https://posthog.com/docs/api/capture ("Batch events", "Identify")
import * as z from "zod";
import { WITH_ID, type Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, isoTime, json, judge, notFound, profile, text } from "./judge.ts";

const KEY = "phc_posthog_project_key";

const Captured = z.object({
  event: text,
  timestamp: isoTime.optional(),
  properties: z.looseObject({ distinct_id: z.string().min(1).max(200) }),
});
const Batch = z.looseObject({ api_key: z.literal(KEY), batch: z.array(Captured).min(1) });
const Capture = z.looseObject({
  api_key: z.literal(KEY),
  event: text,
  distinct_id: text.optional(),
  properties: z.looseObject({}),
});

function receive(asked: Asked): Reply {
  const ok = { status: 200, body: { status: 1 } };
  switch (asked.url.pathname) {
    case "/batch/":
      return judge(Batch, json(asked), ({ batch }) => ({
        ...ok,
        taken: batch.map((one) => event(one.properties["message_id"], one)),
      }));
    case "/i/v0/e/":
    case "/capture/":
      return judge(Capture, json(asked), (one) => ({ ...ok, taken: [profile(one.distinct_id, one)] }));
    default:
      return notFound;
  }
}

export const posthog: Vendor = { name: "PostHog", hosts: ["us.i.posthog.com"], receive };

export const connectPosthog: Connect = {
  metadataId: "68516c107fc235f3572f8a64",
  settings: { api_key: KEY, project_id: "77", endpoint: "https://us.i.posthog.com" },
  presets: {
    "Track Event": { properties: WITH_ID, enable_batching: true },
    "Page View": { properties: WITH_ID },
    Identify: {},
  },
};
