import { chance, elsewhere, type Draw, type FuzzInput, type Header } from "../input.ts";

const KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "%00",
  "%2e%2e",
  "%ff",
  "x".repeat(300),
  "x".repeat(7000),
  "<script>",
  "a%2fb",
  "%22%3E",
  "a.b",
  "..",
  "%F0%9F%92%A9",
  "*",
  "'",
];

const FORMS: readonly ((key: string, draw: Draw) => string)[] = [
  (key) => `/analytics.js/v1/${key}/analytics.min.js`,
  (key) => `/analytics.js/v1/${key}/platform/analytics.min.js`,
  (key) => `/analytics.js/v1/${key}/analytics.classic.js`,
  (key) => `/analytics.js/v1/${key}/snippet.js`,
  (key) => `/analytics.js/v1/${key}/snippet.html?min`,
  (key) => `/v1/projects/${key}/settings`,
  (key) => `/projects/${key}/settings`,
  (key) => `/js/${key}.js`,
  (key) => `/js/${key}.json`,
  (_, { material }) => `/analytics-next/bundles/${material.chunk}`,
  (_, { material }) => `/js/c/${material.chunk}`,
  (key) => `/js/c/${key}`,
  (key) => `/analytics-next/bundles/${key}.bundle.${"0".repeat(20)}.js`,
  (key) => `/analytics-next/bundles/..%2f..%2f${key}`,
  (key) => `/next-integrations/integrations/${key}/1.0.0/${key}.dynamic.js.gz`,
  (key) => `/demo/products/${key}`,
  (key) => `/demo/assets/${key}`,
  (key) => `/demo/assets/..%2f..%2f${key}`,
  (key) => `/sources/${key}/debugger`,
  (key) => `/${key}`,
  () => "/index.html",
  () => "/",
  () => "/healthz",
];

const HOSTS = [
  'a"b.example',
  "x'y",
  "evil.example:99",
  "a$&b.example",
  "xn--mnchen-3ya.example",
  "[::1]:80",
  "UPPER.example",
  "a;b",
  "shop.example.",
  "1.1",
];
const EXTRAS: readonly ((draw: Draw) => Header)[] = [
  ({ random }) => ["if-none-match", random.pick(["*", 'W/"x"', '"', ",,,", "W/".repeat(2000), "\xff"])],
  ({ random }) => ["range", random.pick(["bytes=0-", "bytes=9-1", "bytes=-5", "x", "bytes=0-1,3-4"])],
  ({ random }) => ["accept", random.pick(["text/html", "*/*", "\xff", ""])],
  ({ random }) => ["accept-encoding", random.pick(["gzip", "br;q=0", "identity;q=0", "*", "x".repeat(500), ""])],
  ({ random }) => ["cookie", random.pick(["inlet_aid=known", "inlet_aid=\xff", "inlet_aid=</script>"])],
  () => ["if-modified-since", "x"],
  () => ["origin", "null"],
];

/** What browsers load: the library, its settings and chunks, the demo shop, the dashboard's page. */
export function library(draw: Draw): FuzzInput {
  const { random, material } = draw;
  const key = chance(draw, 0.4) ? random.pick(Object.values(material.keys)) : random.pick(KEYS);
  const own = chance(draw, 0.15) ? [["host", random.pick(HOSTS)] as const] : [];
  const search = chance(draw, 0.2) ? random.pick(["?", "?__proto__=1", "?min=%ff", `?${"x".repeat(3000)}`]) : "";
  return {
    method: random.pick(["GET", "GET", "GET", "HEAD", "POST", "DELETE"]),
    target: random.pick(FORMS)(key, draw) + search,
    headers: [...own, ...(chance(draw, 0.5) ? [random.pick(EXTRAS)(draw)] : [])],
    odd: true,
  };
}

const UPGRADES: readonly (readonly Header[])[] = [
  [
    ["upgrade", "websocket"],
    ["connection", "Upgrade"],
    ["sec-websocket-version", "13"],
    ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ],
  [
    ["upgrade", "websocket"],
    ["connection", "Upgrade"],
    ["sec-websocket-version", "99"],
    ["sec-websocket-key", "x"],
  ],
  [
    ["upgrade", "websocket"],
    ["connection", "Upgrade"],
  ],
  [["upgrade", "websocket"]],
  [
    ["upgrade", "WebSocket, foo"],
    ["connection", "keep-alive, Upgrade"],
    ["sec-websocket-version", "13"],
    ["sec-websocket-key", ""],
  ],
  [
    ["upgrade", "h2c"],
    ["connection", "Upgrade, HTTP2-Settings"],
    ["http2-settings", "AAMAAABkAARAAAAAAAIAAAAA"],
  ],
  [
    ["upgrade", "websocket"],
    ["connection", "Upgrade"],
    ["sec-websocket-version", "13"],
    ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["sec-websocket-protocol", "x".repeat(3000)],
    ["sec-websocket-extensions", "permessage-deflate; client_max_window_bits=99"],
  ],
];

/** Upgrades to WebSocket, of what can be one and of what cannot. */
export function socket(draw: Draw): FuzzInput {
  const { random, material } = draw;
  const source = random.pick(material.parameters["sourceId"] ?? ["x"]);
  const live = `/api/sources/${source}/debugger/live`;
  const query = random.pick([
    "",
    "?since=0",
    "?since=-1",
    "?since=1e99",
    "?status=x",
    "?status[]=x",
    "?q=%ff",
    "?since=NaN",
    `?text=${"x".repeat(5000)}`,
  ]);
  const target =
    random.pick([live, live, live, "/v1/t", "/v1/batch", "/api/sources", "/", "/v1/pixel/track", "/healthz"]) + query;
  const who = random.pick<readonly Header[]>([
    [["authorization", `Bearer ${material.owner}`]],
    [["authorization", `Bearer ${material.viewer}`]],
    [],
    [
      ["cookie", "inlet_session=x"],
      ["origin", "https://evil.example"],
    ],
  ]);
  return {
    method: random.pick(["GET", "GET", "GET", "POST"]),
    target,
    headers: [...random.pick(UPGRADES), ...who, elsewhere(draw)],
    odd: true,
  };
}
