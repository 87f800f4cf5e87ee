import { expect } from "vitest";
import { GIF_ANSWER, json, nothing, OK, type Form, type Sender } from "./form.ts";

const base64url = (value: unknown): string => json(value).toString("base64url");
const event = ({ key, who }: Sender) => ({
  writeKey: key,
  userId: who,
  event: "Opened",
  properties: { subject: "Hi ü" },
});

const get = (name: string, form: Omit<Form, "name" | "request">): Form => ({
  name,
  request: () => ({ method: "GET" }),
  ...form,
});

const pixels = [
  get("pixel with URL-safe base64", {
    spec: "ingest.md §1.8",
    expect: "200 and the GIF, no-store; the event kept",
    path: (sender) => `/v1/pixel/track?data=${base64url(event(sender))}`,
    answer: GIF_ANSWER,
    archived: () => [{ type: "track", event: "Opened", properties: { subject: "Hi ü" }, channel: "client" }],
  }),
  get("pixel with a flat, dotted query", {
    spec: "ingest.md §1.8",
    expect: "200 and the GIF; values are strings",
    path: ({ key, who }) => `/v1/pixel/track?writeKey=${key}&userId=${who}&event=Opened&properties.size=4`,
    answer: GIF_ANSWER,
    archived: () => [{ event: "Opened", properties: { size: "4" } }],
  }),
  get("pixel with data that is none", {
    spec: "ingest.md §1.8",
    expect: "200 and the GIF even so",
    path: ({ key }) => `/v1/pixel/track?data=%%%&writeKey=${key}`,
    answer: GIF_ANSWER,
    archived: nothing,
  }),
];

const wrongMethod = [
  get("GET where events are posted", {
    spec: "RFC 9110 §15.5.6",
    expect: "405 with Allow: POST, OPTIONS; the message names the pixel and the query string",
    path: () => "/v1/track",
    answer: {
      status: 405,
      headers: { allow: "POST, OPTIONS" },
      body: { success: false, code: "method_not_allowed", message: expect.stringContaining("/v1/pixel/track") },
    },
    archived: nothing,
  }),
];

const queries = [
  get("query string: identify, then track", {
    spec: "ingest.md §1.8",
    expect: "204; the calls in analytics.js' order",
    path: ({ key, who }) => `/v1/q?writeKey=${key}&ajs_uid=${who}&ajs_event=Clicked+it&ajs_prop_x=1&ajs_trait_plan=pro`,
    answer: { status: 204 },
    archived: () => [
      { type: "identify", traits: { plan: "pro" } },
      { type: "track", event: "Clicked it", properties: { x: "1" } },
    ],
  }),
];

const hosted = [
  get("settings for analytics.js", {
    spec: "ingest.md §1.10",
    expect: "200; apiHost is the host that was asked, metrics silenced",
    path: ({ key }) => `/v1/projects/${key}/settings`,
    answer: {
      status: 200,
      body: { integrations: { "Segment.io": { apiHost: expect.stringContaining("/v1") } }, metrics: { sampleRate: 0 } },
    },
    archived: nothing,
  }),
  get("the hosted library", {
    spec: "ingest.md §1.9",
    expect: "200; JavaScript",
    path: ({ key }) => `/analytics.js/v1/${key}/analytics.min.js`,
    answer: { status: 200, headers: { "content-type": /javascript/ } },
    archived: nothing,
  }),
];

const cross: readonly Form[] = [
  {
    name: "OPTIONS with the headers analytics.js asks for",
    spec: "ingest.md §1.4; peers.md M1",
    expect: "204; origin and headers echoed, credentials, a day's max-age",
    path: () => "/v1/t",
    request: () => ({
      method: "OPTIONS",
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-retry-count,x-own",
      },
    }),
    answer: {
      status: 204,
      headers: {
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-credentials": "true",
        "access-control-allow-headers": "authorization,content-type,x-retry-count,x-own",
        "access-control-allow-methods": /POST/,
        "access-control-max-age": "86400",
      },
    },
    archived: nothing,
  },
  {
    name: "a POST from another origin",
    spec: "ingest.md §1.4; peers.md M1",
    expect: "200; origin echoed, Retry-After exposed",
    path: () => "/v1/t",
    request: (sender) => ({ headers: { origin: "https://shop.example" }, body: { ...event(sender), type: "track" } }),
    answer: {
      ...OK,
      headers: {
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": /Retry-After/,
        vary: /Origin/,
      },
    },
    archived: () => [{ channel: "client" }],
  },
  {
    name: "a refusal to another origin",
    spec: "ingest.md §1.4",
    expect: "400 with the same CORS headers",
    path: () => "/v1/t",
    request: () => ({ headers: { origin: "https://shop.example" }, body: "{" }),
    answer: { status: 400, headers: { "access-control-allow-origin": "https://shop.example" } },
    archived: nothing,
  },
  {
    name: "under the install's path prefix",
    spec: "issue §2 (ad-block lists match the default paths)",
    expect: "200; the same handler",
    path: () => "/k3x9/v1/t",
    request: (sender) => ({ body: { ...event(sender), type: "track" } }),
    answer: OK,
    archived: () => [{ event: "Opened" }],
  },
];

export const GET_FORMS: readonly Form[] = [...pixels, ...queries, ...wrongMethod, ...hosted, ...cross];
