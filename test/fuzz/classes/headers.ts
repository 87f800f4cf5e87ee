import { chance, FENCED_ORIGIN, PREFER, type Draw, type FuzzInput, type Header } from "../input.ts";
import { BATCHES, drawMessage, drawShape, drawSource, post } from "../post.ts";
import { contentType } from "./messages.ts";

const HIGH = "\xe9\xff\x80\xc3\xa9";

const ORIGINS = [
  "null",
  "https://evil.example",
  FENCED_ORIGIN,
  "https://shop.example.evil.example",
  "https://SHOP.example",
  "file://",
  "*",
  "x",
  "https://\xe9.example",
  `https://${"a".repeat(5000)}.example`,
  "https://shop.example, https://evil.example",
  "javascript:alert(1)",
  HIGH,
  '"',
  "https://shop.example/",
];
const COOKIES = [
  "inlet_aid=known",
  "inlet_aid=",
  "inlet_aid=a; inlet_aid=b",
  "inlet_aid=<script>",
  `inlet_aid=${"x".repeat(200)}`,
  ";;;===",
  "a".repeat(6000),
  "inlet_aid=%0d%0aSet-Cookie:x=y",
  `inlet_aid=${HIGH}`,
  "__proto__=1; inlet_aid=ok",
  Array.from({ length: 400 }, (_, i) => `c${i}=v`).join("; "),
  "inlet_session=nonsense",
];
const AGENTS = [
  "",
  "x".repeat(1024),
  "x".repeat(5000),
  HIGH,
  "<script>alert(1)</script>",
  "${jndi:ldap://x}",
  "\t",
  "a\tb",
];
const ACCEPTS = [
  "",
  "*/*",
  "text/html",
  "image/*",
  "image/*;q=NaN",
  "text/html;q=1e999",
  ";;;",
  ",,,",
  `${"a/b,".repeat(800)}`,
  HIGH,
  "application/json;q=-1",
];
const PREFERS = [
  "return=representation",
  'return="representation"',
  "return=minimal",
  "respond-async, return=representation; x=y",
  "return=",
  "=".repeat(3000),
  HIGH,
  `return${" ".repeat(3000)}=x`,
];
const ADDRESSES = [
  "127.0.0.1",
  "::1",
  "999.999.999.999",
  "1.2.3.4, 5.6.7.8",
  "",
  "<b>",
  "x".repeat(3000),
  "fe80::1%eth0",
  HIGH,
];

const KINDS: readonly ((draw: Draw) => readonly Header[])[] = [
  ({ random }) => [["origin", random.pick(ORIGINS)]],
  ({ random }) => [["cookie", random.pick(COOKIES)]],
  ({ random }) => [["user-agent", random.pick(AGENTS)]],
  ({ random }) => [["accept", random.pick(ACCEPTS)]],
  ({ random }) => [["prefer", random.pick(PREFERS)]],
  ({ random }) => [["cf-connecting-ip", random.pick(ADDRESSES)]],
  ({ random }) => [
    ["x-forwarded-for", random.pick(ADDRESSES)],
    ["x-forwarded-host", "evil.example"],
    ["x-forwarded-proto", "gopher"],
    ["forwarded", "for=x"],
  ],
  ({ random }) => [["referer", random.pick([HIGH, "x", "https://a.example/?<script>", "y".repeat(6000)])]],
  ({ random }) => [
    ["sec-fetch-site", random.pick(["cross-site", "same-origin", "none", "x", HIGH])],
    ["sec-fetch-dest", random.pick(["document", "", "x"])],
  ],
  ({ random }) => [
    ["sec-purpose", random.pick(["prefetch", "prefetch;prerender", "x"])],
    ["purpose", "prefetch"],
  ],
  ({ random }) => [["x-retry-count", random.pick(["-1", "1e9", "NaN", "x".repeat(1000)])]],
  ({ random }) => [
    ["if-none-match", random.pick(["*", "W/", '"', `"${"x".repeat(3000)}"`, HIGH])],
    ["range", "bytes=5-1"],
  ],
  ({ random }) => [
    ["x-http-method-override", random.pick(["DELETE", "GET"])],
    ["x-original-url", "/api/sources"],
    ["x-rewrite-url", "/api"],
  ],
  ({ random }) => [
    ["content-language", HIGH],
    ["date", random.pick(["", "x"])],
    ["via", "1.1 x"],
    ["x-write-key", HIGH],
  ],
  ({ random }) =>
    Array.from({ length: random.pick([20, 80]) }, (_, i): Header => [`x-many-${i}`, "v".repeat(random.between(0, 60))]),
  () => [
    ["__proto__", "polluted"],
    ["constructor", "x"],
    ["hasownproperty", "1"],
    ["tojson", "1"],
  ],
  (draw) => [contentType(draw), contentType(draw)],
];

/** Well-formed HTTP, odd in what it says; the message itself is good. */
export function header(draw: Draw): FuzzInput {
  const { random } = draw;
  const { type, message } = drawMessage(draw);
  const isBatch = chance(draw, 0.3);
  const source = drawSource(draw);
  const headers = Array.from({ length: random.between(1, 3) }, () => random.pick(KINDS)(draw)).flat();
  const shape = isBatch ? random.pick(BATCHES) : drawShape(draw, type);
  const plain = Buffer.from(JSON.stringify(isBatch ? { batch: [message] } : message));
  const named = headers.some(([name]) => name === "origin");
  const input = post(draw, { shape, plain, source, headers, unsure: source === "fenced" && named });
  // With several Prefer headers it may be told or not.
  const asked = input.headers.some(([name]) => name === "prefer") && !input.headers.includes(PREFER);
  return asked && input.expect !== undefined ? { ...input, expect: { ...input.expect, told: false } } : input;
}

/** Preflights of browsers, and of what is none. */
export function preflight(draw: Draw): FuzzInput {
  const { random } = draw;
  const asked = [
    "authorization, content-type, x-retry-count",
    "",
    "x".repeat(5000),
    "a b c",
    HIGH,
    "<script>",
    "x-a,".repeat(300),
    "\t,\t",
  ];
  return {
    method: "OPTIONS",
    target: random.pick([
      ...BATCHES.map(({ path }) => path),
      "/v1/t",
      "/v1/pixel/track",
      "/v1/m",
      "/v1/projects/x/settings",
      "/api/sources",
      "/v1/",
      "*",
    ]),
    headers: [
      ...(chance(draw, 0.9) ? [["origin", random.pick(ORIGINS)] as const] : []),
      ["access-control-request-method", random.pick(["POST", "GET", "PATCH", "x".repeat(100)])],
      ["access-control-request-headers", random.pick(asked)],
      ["access-control-request-private-network", "true"],
    ],
    odd: true,
  };
}
