// https://developers.hubspot.com/docs/api-reference: "Send event occurrence", "Update a contact", "OAuth tokens"
import * as z from "zod";
import type { Connect } from "../connect.ts";
import type { Asked, Reply, Vendor } from "../city.ts";
import { event, form, isoTime, json, judge, notFound, profile, text, unauthorised } from "./judge.ts";

const PORTAL = "424242";
export const HUBSPOT_TOKENS = { expired: "hubspot-expired-token", fresh: "hubspot-fresh-token" } as const;
const CLIENT = {
  client_id: "hubspot-client",
  client_secret: "hubspot-client-secret",
  refresh_token: "hubspot-refresh",
};

const Behaviour = z.object({
  eventName: z.string().regex(new RegExp(`^pe${PORTAL}_[a-z][a-z0-9_-]*$`)),
  occurredAt: isoTime,
  email: z.email(),
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
/** Property names of a contact are lower-case. */
const Contact = z.object({ properties: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), text) });

function giveToken(asked: Asked): Reply {
  const asks = Object.fromEntries(form(asked));
  const wanted = { ...CLIENT, grant_type: "refresh_token" };
  const isRight = Object.entries(wanted).every(([name, value]) => asks[name] === value);
  if (!isRight) return { status: 400, body: { status: "BAD_REFRESH_TOKEN" } };
  const { fresh: access_token } = HUBSPOT_TOKENS;
  return {
    status: 200,
    body: { access_token, refresh_token: CLIENT.refresh_token, expires_in: 1800, token_type: "bearer" },
  };
}

function receive(asked: Asked): Reply {
  const { pathname, searchParams } = asked.url;
  if (/^\/oauth\/[^/]+\/token$/.test(pathname)) return giveToken(asked);
  if (asked.headers["authorization"] !== `Bearer ${HUBSPOT_TOKENS.fresh}`) {
    return { ...unauthorised, body: { status: "error", category: "EXPIRED_AUTHENTICATION" } };
  }
  if (/^\/events\/[^/]+\/send$/.test(pathname)) {
    return judge(Behaviour, json(asked), (one) => ({
      status: 204,
      taken: [event(one.properties["message_id"], one)],
    }));
  }
  const [, email] = /^\/crm\/[^/]+\/objects\/contacts\/([^/]+)$/.exec(pathname) ?? [];
  if (email === undefined || asked.method !== "PATCH" || searchParams.get("idProperty") !== "email") return notFound;
  const id = decodeURIComponent(email);
  return judge(Contact, json(asked), (one) => ({
    status: 200,
    body: { id: "901", properties: one.properties },
    taken: [profile(id, one)],
  }));
}

export const hubspot: Vendor = { name: "HubSpot", hosts: ["api.hubapi.com"], receive };

export const connectHubspot: Connect = {
  metadataId: "632b1116e0cb83902f3fd717",
  settings: {
    portalId: PORTAL,
    oauth_access_token: HUBSPOT_TOKENS.expired,
    oauth_refresh_token: CLIENT.refresh_token,
    oauth_client_id: CLIENT.client_id,
    oauth_client_secret: CLIENT.client_secret,
  },
  actions: [
    {
      actionId: "sendCustomBehavioralEvent",
      trigger: 'type = "track" and event = "Plan Upgraded"',
      mapping: {
        eventName: `pe${PORTAL}_plan_upgraded`,
        properties: { plan: { "@path": "$.properties.to" }, message_id: { "@path": "$.messageId" } },
      },
    },
    { actionId: "upsertContact", trigger: 'type = "identify"', mapping: {} },
  ],
};
