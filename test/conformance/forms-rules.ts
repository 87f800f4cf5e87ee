import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { gzip, keyed, nothing, OK, postForm, refusedAs, track, type Form, type Sender } from "./form.ts";

const refused = (name: string, reason: string, body: (sender: Sender) => object): Form =>
  postForm("/v1/track", {
    name,
    spec: "ingest.md §1.6",
    expect: `200 and discarded (${reason})`,
    body,
    archived: nothing,
  });

const HOUR = 3_600_000;
const iso = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

const discards = [
  refused("neither userId nor anonymousId", "no_user_anon_id", () => ({ event: "Clicked" })),
  refused("track without an event name", "event_not_defined", ({ who }) => ({ userId: who })),
  refused("a numeric userId", "id_not_string", ({ who }) => ({ userId: 42, anonymousId: who, event: "Clicked" })),
  refused("properties that are no object", "properties_not_object", (sender) => track(sender, { properties: "x" })),
  refused("malformed consent", "consent_categorypreferences_should_be_bool", (sender) =>
    track(sender, { context: { consent: { categoryPreferences: { ads: "yes" } } } }),
  ),
];

const limits = [
  postForm("/v1/track", {
    name: "broken JSON",
    spec: "ingest.md §1.6",
    expect: "400 invalid_request",
    body: ({ who }) => `{"userId":"${who}","event":`,
    answer: refusedAs("invalid_request"),
    archived: nothing,
  }),
  postForm("/v1/track", {
    name: "one message over 32 kB",
    spec: "ingest.md §1.5",
    expect: "400 message_too_large",
    body: (sender) => track(sender, { properties: { x: "x".repeat(33_000) } }),
    answer: refusedAs("message_too_large"),
    archived: nothing,
  }),
  postForm("/v1/batch", {
    name: "a batch over 500 kB",
    spec: "ingest.md §1.5",
    expect: "400 request_too_large",
    body: (sender) => ({
      batch: Array.from({ length: 20 }, () => track(sender, { properties: { x: "x".repeat(30_000) } })),
    }),
    answer: refusedAs("request_too_large"),
    archived: nothing,
  }),
  postForm("/v1/batch", {
    name: "a batch with one item over 32 kB",
    spec: "ingest.md §1.5; issue: batches keep good items",
    expect: "400 message_too_large, the good item kept",
    body: (sender) => ({
      batch: [track(sender, { properties: { x: "x".repeat(33_000) } }), track(sender, { event: "Good" })],
    }),
    answer: refusedAs("message_too_large"),
    archived: () => [{ event: "Good" }],
  }),
  postForm("/v1/batch", {
    name: "2,501 items",
    spec: "ingest.md §1.5",
    expect: "200 and discarded (batch_too_many_items)",
    body: ({ who }) => ({ batch: Array.from({ length: 2501 }, () => ({ type: "page", userId: who })) }),
    archived: nothing,
  }),
  postForm("/v1/batch", {
    name: "an empty batch",
    spec: "ingest.md §1.6",
    expect: "200 and discarded (empty_batch)",
    body: () => ({ batch: [] }),
    archived: nothing,
  }),
  postForm("/v1/batch", {
    name: "a batch with good and bad items",
    spec: "ingest.md §1.6 (multi_user_error)",
    expect: "200; the good ones kept",
    body: (sender) => ({
      batch: [
        track(sender),
        { type: "merge" },
        { type: "track", userId: sender.who },
        { type: "page", userId: sender.who },
      ],
    }),
    archived: () => [{ type: "track" }, { type: "page" }],
  }),
  postForm("/v1/batch", {
    name: "a gzip bomb",
    spec: "ingest.md §1.5; issue: decompressed-size bound",
    expect: "400 request_too_large",
    headers: (sender) => ({ ...keyed(sender), "content-encoding": "gzip" }),
    body: () => gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)),
    answer: refusedAs("request_too_large"),
    archived: nothing,
  }),
  postForm("/v1/batch", {
    name: "gzip that is none",
    spec: "issue: bad input gets a named refusal",
    expect: "400 bad_encoding",
    headers: (sender) => ({ ...keyed(sender), "content-encoding": "gzip" }),
    body: (sender) => gzip(track(sender)).slice(0, 20),
    answer: refusedAs("bad_encoding"),
    archived: nothing,
  }),
];

const times = [
  postForm("/v1/track", {
    name: "a clock one hour fast",
    spec: "ingest.md §1.11",
    expect: "timestamp less the skew; originalTimestamp as sent",
    body: (sender) => track(sender, { timestamp: iso(sender.now, HOUR - 60_000), sentAt: iso(sender.now, HOUR) }),
    archived: ({ now }) => [
      {
        originalTimestamp: iso(now, HOUR - 60_000),
        sentAt: iso(now, HOUR),
        timestamp: expect.stringMatching(within(now)),
      },
    ],
  }),
  postForm("/v1/track", {
    name: "an imported timestamp, sentAt now",
    spec: "ingest.md §1.11",
    expect: "timestamp exactly as sent (dead band)",
    body: (sender) => track(sender, { timestamp: "2019-03-01T08:00:00.123Z", sentAt: sender.now.toISOString() }),
    archived: () => [{ timestamp: "2019-03-01T08:00:00.123Z", originalTimestamp: "2019-03-01T08:00:00.123Z" }],
  }),
  postForm("/v1/track", {
    name: "an unreadable timestamp",
    spec: "ingest.md §1.11",
    expect: "receivedAt; the raw text in originalTimestamp",
    body: (sender) => track(sender, { timestamp: "soon" }),
    archived: ({ now }) => [{ originalTimestamp: "soon", timestamp: expect.stringMatching(within(now)) }],
  }),
];

/** The minute around `now`: what our clock wrote. */
function within(now: Date): RegExp {
  const minutes = [-60_000, 0, 60_000].map((ms) => iso(now, ms).slice(0, 16));
  return new RegExp(`^(?:${minutes.join("|")})`);
}

const enrichment = [
  postForm("/v1/track", {
    name: "no messageId",
    spec: "ingest.md §1.12",
    expect: "one is assigned",
    body: track,
    archived: () => [{ messageId: expect.stringMatching(/^.{20,100}$/) }],
  }),
  postForm("/v1/track", {
    name: "the same messageId three times",
    spec: "ingest.md §1.12",
    expect: "200 each time, stored once",
    times: 3,
    body: (sender) => track(sender, { messageId: `once-${sender.who}` }),
    archived: () => [{ event: "Clicked" }],
  }),
  postForm("/v1/track", {
    name: "context.ip 0.0.0.0 from a device",
    spec: "messages.md §2.2; ingest.md §1.12",
    expect: "kept: the client's own ip wins",
    headers: (sender) => ({ ...keyed(sender), origin: "https://shop.example" }),
    body: (sender) => track(sender, { context: { ip: "0.0.0.0" } }),
    archived: () => [{ context: { ip: "0.0.0.0" }, channel: "client" }],
  }),
  postForm("/v1/track", {
    name: "a server's call without ip",
    spec: "ingest.md §1.12",
    expect: "neither ip nor userAgent is filled",
    headers: (sender) => ({ ...keyed(sender), "user-agent": "my-server/1" }),
    body: track,
    archived: () => [{ context: expect.not.objectContaining({ ip: expect.anything(), userAgent: expect.anything() }) }],
  }),
  postForm("/v1/t", {
    name: "a device without userAgent in its context",
    spec: "ingest.md §1.12",
    expect: "the header's is copied",
    headers: (sender) => ({ ...keyed(sender), "user-agent": "Mozilla/5.0 (test)" }),
    body: track,
    archived: () => [{ context: { userAgent: "Mozilla/5.0 (test)" } }],
  }),
  postForm("/v1/track", {
    name: "everything else comes through",
    spec: "ingest.md §1.3 (end-to-end checker)",
    expect: "unknown keys, unicode, nulls and doubles as sent; writeKey gone; _metadata kept",
    body: (sender) => track(sender, { ...KEPT, writeKey: sender.key }),
    archived: () => [KEPT],
  }),
  postForm("/v1/track", {
    name: "prototype-changing keys",
    spec: "issue §2",
    expect: "those keys gone, a harmless constructor kept",
    body: ({ who }) =>
      `{"type":"track","event":"Clicked","userId":"${who}","__proto__":{"admin":true},"properties":{"__proto__":{"x":1},"constructor":"Ferrari"}}`,
    archived: () => [{ properties: { constructor: "Ferrari" }, _metadata: { inlet: { droppedKeys: 2 } } }],
  }),
];

const KEPT = {
  properties: {
    lone: "a\ud800",
    emoji: "👩‍🚀",
    line: "\u2028\n",
    none: null,
    list: [0.1, -1.5e-300, 9007199254740991, []],
    deep: { a: { b: {} } },
  },
  custom: { anything: true },
  _metadata: { bundled: ["X"] },
};

const opting = [
  postForm("/v1/batch", {
    name: "Prefer: return=representation",
    spec: "issue §2; peers.md §3 no. 31",
    expect: "200; per-item outcome in the body",
    headers: (sender) => ({ ...keyed(sender), prefer: "return=representation" }),
    body: (sender) => ({
      batch: [track(sender, { messageId: `told-${sender.who}` }), { type: "track", userId: sender.who }],
    }),
    answer: {
      ...OK,
      body: { success: true, items: [{ status: "accepted" }, { status: "rejected", reason: "event_not_defined" }] },
      headers: { "preference-applied": "return=representation" },
    },
    archived: () => [{ event: "Clicked" }],
  }),
  postForm("/v1/m", {
    name: "POST /v1/m",
    spec: "ingest.md §1.1",
    expect: "2xx, counted nowhere",
    headers: () => ({ "content-type": "text/plain" }),
    body: () => ({ series: [{ type: "Counter", metric: "analytics_js.invoke", value: 1, tags: {} }] }),
    archived: nothing,
  }),
];

export const RULE_FORMS: readonly Form[] = [...discards, ...limits, ...times, ...enrichment, ...opting];
