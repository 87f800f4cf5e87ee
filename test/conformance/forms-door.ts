import { deflateSync } from "node:zlib";
import { basic, gzip, json, keyed, nothing, OK, postForm, track, type Form } from "./form.ts";

const CALLS = {
  identify: { letter: "i", body: { traits: { plan: "pro" } } },
  track: { letter: "t", body: { event: "Clicked", properties: { price: 9.5 } } },
  page: { letter: "p", body: { name: "Home", properties: { path: "/" } } },
  screen: { letter: "s", body: { name: "Start" } },
  group: { letter: "g", body: { groupId: "g1", traits: { seats: 3 } } },
  alias: { letter: "a", body: { previousId: "old" } },
} as const;

const paths = Object.entries(CALLS).flatMap(([type, { letter, body }]): Form[] => [
  postForm(`/v1/${type}`, {
    name: `POST /v1/${type}`,
    spec: "ingest.md §1.1",
    expect: "200; the path implies the type",
    body: ({ who }) => ({ userId: who, ...body }),
    archived: () => [{ type, ...body, channel: "server", version: 2 }],
  }),
  postForm(`/v1/${letter}`, {
    name: `POST /v1/${letter}, text/plain`,
    spec: "ingest.md §1.1, §1.3; peers.md M2",
    expect: "200; as analytics.js sends it, from a person's device",
    headers: (sender) => ({ ...keyed(sender), "content-type": "text/plain" }),
    body: ({ who }) => ({ type, userId: who, anonymousId: "a", ...body }),
    archived: () => [{ type, ...body, channel: "client" }],
  }),
]);

const withoutVersion = ["/track", "/t"].map((path) =>
  postForm(path, {
    name: `POST ${path}`,
    spec: "ingest.md §1.1 (apiHost without /v1)",
    expect: "200; the same handler",
    body: track,
    archived: () => [{ type: "track" }],
  }),
);

const batches = ["/v1/batch", "/v1/b", "/v1/import", "/batch", "/b", "/import"].map((path) =>
  postForm(path, {
    name: `POST ${path}`,
    spec: "ingest.md §1.1, §1.3",
    expect: "200; every item kept, batch-level context and integrations under each item's own",
    body: (sender) => ({
      context: { library: { name: "lib" }, app: { name: "batch" } },
      integrations: { All: true },
      sentAt: sender.now.toISOString(),
      batch: [
        track(sender, { context: { app: { name: "item" } } }),
        { type: "page", userId: sender.who, integrations: { All: false } },
      ],
    }),
    archived: (sender) => [
      {
        type: "track",
        context: { library: { name: "lib" }, app: { name: "item" } },
        integrations: { All: true },
        sentAt: sender.now.toISOString(),
      },
      { type: "page", context: { library: { name: "lib" }, app: { name: "batch" } }, integrations: { All: false } },
    ],
  }),
);

const stored = (
  name: string,
  headers: (key: string) => Record<string, string>,
  more: (key: string) => object = () => ({}),
) =>
  postForm("/v1/track", {
    name,
    spec: "ingest.md §1.2",
    expect: "200; the source is found",
    headers: ({ key }) => headers(key),
    body: (sender) => ({ ...track(sender), ...more(sender.key) }),
    archived: () => [{ type: "track" }],
  });

const auth = [
  stored("curl -u key:", (key) => basic(`${key}:`)),
  stored("Basic with the key and no colon", (key) => basic(key)),
  stored(
    "writeKey in the body",
    () => ({}),
    (writeKey) => ({ writeKey }),
  ),
  stored("two Basic values joined by a comma, the second known", (key) => ({
    authorization: `Basic ${btoa("REDACTED:")}, Basic ${btoa(`${key}:`)}`,
  })),
  stored(
    "Bearer token, writeKey in the body",
    () => ({ authorization: "Bearer a.b.c" }),
    (writeKey) => ({ writeKey }),
  ),
  stored(
    "unknown Basic user, known writeKey in the body",
    () => basic("nobody:"),
    (writeKey) => ({ writeKey }),
  ),
  postForm("/v1/track", {
    name: "an unknown write key",
    spec: "ingest.md §1.6",
    expect: "200 and discarded (counted as unknown_source)",
    headers: () => basic("nobody:"),
    body: track,
    archived: nothing,
  }),
  postForm("/v1/track", {
    name: "no write key at all",
    spec: "ingest.md §1.6",
    expect: "200 and discarded",
    headers: () => ({}),
    body: track,
    archived: nothing,
  }),
];

const encoded = (name: string, headers: Record<string, string>, pack: (value: unknown) => string | Uint8Array): Form =>
  postForm("/v1/track", {
    name,
    spec: "ingest.md §1.3",
    expect: "200; read as JSON all the same",
    headers: (sender) => ({ ...keyed(sender), ...headers }),
    body: (sender) => pack(track(sender, { properties: { city: "Köln 👩‍🚀" } })),
    archived: () => [{ properties: { city: "Köln 👩‍🚀" } }],
  });

const encodings = [
  encoded("curl -d with its default form label", { "content-type": "application/x-www-form-urlencoded" }, (value) =>
    JSON.stringify(value),
  ),
  encoded("Content-Encoding: gzip", { "content-type": "application/json", "content-encoding": "gzip" }, gzip),
  encoded("Content-Encoding: deflate", { "content-encoding": "deflate" }, (value) => deflateSync(json(value))),
  encoded("gzip without a label", {}, gzip),
];

const sisters = [
  postForm("/v1/batch", {
    name: "RudderStack node: gzip under a form label, originalTimestamp, traits in context",
    spec: "peers.md M2",
    expect: "200; timestamp from originalTimestamp, traits at the top",
    headers: (sender) => ({
      ...keyed(sender),
      "content-encoding": "gzip",
      "content-type": "application/x-www-form-urlencoded",
    }),
    body: ({ who, now }) =>
      gzip({
        batch: [
          {
            type: "identify",
            userId: who,
            originalTimestamp: now.toISOString(),
            sentAt: now.toISOString(),
            context: { traits: { plan: "pro" } },
          },
        ],
      }),
    archived: ({ now }) => [
      { type: "identify", timestamp: now.toISOString(), originalTimestamp: now.toISOString(), traits: { plan: "pro" } },
    ],
  }),
  {
    name: "RudderStack beacon: key in the query",
    spec: "peers.md §1a, M2",
    expect: "200; from a person's device",
    path: ({ key }) => `/beacon/v1/batch?writeKey=${key}`,
    request: (sender) => ({ body: { batch: [track(sender)] } }),
    answer: OK,
    archived: () => [{ type: "track", channel: "client" }],
  } satisfies Form,
  ...(["/api/s/track", "/api/s/s2s/track"] as const).map((path) =>
    postForm(path, {
      name: `Jitsu: POST ${path}, X-Write-Key, masked body key`,
      spec: "peers.md M2",
      expect: "200; the one ingestion path under /api",
      headers: ({ key }) => ({ "x-write-key": `${key}:secret` }),
      body: ({ key, who }) => ({
        type: "track",
        event: "Clicked",
        userId: null,
        anonymousId: who,
        writeKey: `${key}:***`,
      }),
      archived: () => [{ userId: null, channel: path.includes("s2s") ? "server" : "client" }],
    }),
  ),
  postForm("/v1/track", {
    name: "Hightouch: userId null, hexadecimal ids",
    spec: "peers.md M2",
    expect: "200; kept as sent",
    body: ({ who }) => ({
      type: "track",
      event: "Clicked",
      userId: null,
      anonymousId: who,
      messageId: `${"ab".repeat(12)}${who.length}`,
      context: { sessionId: 7 },
    }),
    archived: () => [{ userId: null, context: { sessionId: 7 } }],
  }),
];

export const DOOR_FORMS: readonly Form[] = [...paths, ...withoutVersion, ...batches, ...auth, ...encodings, ...sisters];
