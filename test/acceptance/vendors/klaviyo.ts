// https://developers.klaviyo.com/en/reference: "Create Event", "Bulk Create Events", "Create Profile"
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, isoTime, json, judge, notFound, profile, properties, text, unauthorised } from "./judge.ts";

const KEY = "pk_klaviyo_private_key";

const Profile = z.object({
  data: z.object({ type: z.literal("profile"), attributes: z.looseObject({ email: z.email() }) }),
});
const Metric = z.object({ data: z.object({ type: z.literal("metric"), attributes: z.looseObject({ name: text }) }) });
const Attributes = {
  properties,
  time: isoTime.optional(),
  value: z.number().optional(),
  unique_id: text,
  metric: Metric,
};
const Event = z.object({
  data: z.object({ type: z.literal("event"), attributes: z.looseObject({ ...Attributes, profile: Profile }) }),
});
const Bulk = z.object({
  data: z.object({
    type: z.literal("event-bulk-create-job"),
    attributes: z.object({
      "events-bulk-create": z.object({
        data: z.array(
          z.object({
            type: z.literal("event-bulk-create"),
            attributes: z.object({
              profile: Profile,
              events: z.object({
                data: z.array(z.object({ type: z.literal("event"), attributes: z.looseObject(Attributes) })),
              }),
            }),
          }),
        ),
      }),
    }),
  }),
});

function receive(asked: Asked): Reply {
  const { authorization, revision = "" } = asked.headers;
  if (authorization !== `Klaviyo-API-Key ${KEY}`) return unauthorised;
  if (!/^\d{4}-\d\d-\d\d/.test(revision)) return { status: 400, body: { errors: [{ code: "missing_revision" }] } };
  switch (asked.url.pathname) {
    case "/api/events/":
      return judge(Event, json(asked), ({ data: { attributes } }) => ({
        status: 202,
        taken: [event(attributes.unique_id, attributes)],
      }));
    case "/api/event-bulk-create-jobs/":
      return judge(Bulk, json(asked), ({ data }) => ({
        status: 202,
        taken: data.attributes["events-bulk-create"].data.flatMap(({ attributes: { profile: who, events } }) =>
          events.data.map(({ attributes }) => event(attributes.unique_id, { ...attributes, profile: who })),
        ),
      }));
    case "/api/profiles/":
      return judge(Profile, json(asked), ({ data }) => ({
        status: 201,
        body: { data: { type: "profile", id: "01KLAVIYO" } },
        taken: [profile(data.attributes.email, data.attributes)],
      }));
    default:
      return notFound;
  }
}

export const klaviyo: Vendor = { name: "Klaviyo", hosts: ["a.klaviyo.com"], receive };

const person = { email: { "@path": "$.context.traits.email" } };

export const connectKlaviyo: Connect = {
  metadataId: "650bdf1a62fb34ef0a8058e1",
  settings: { api_key: KEY },
  actions: [
    {
      actionId: "trackEvent",
      trigger: 'type = "track"',
      mapping: { profile: person, value: { "@path": "$.properties.total" }, enable_batching: false },
    },
    { actionId: "upsertProfile", trigger: 'type = "identify"', mapping: {} },
  ],
};

/** Many events of many people in one request. */
export const connectKlaviyoInBulk: Connect = {
  metadataId: connectKlaviyo.metadataId,
  settings: connectKlaviyo.settings,
  actions: [{ actionId: "trackEvent", trigger: 'type = "track"', mapping: { profile: person } }],
};
