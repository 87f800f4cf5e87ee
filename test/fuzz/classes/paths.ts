import { basic, chance, elsewhere, PREFER, type Draw, type FuzzInput } from "../input.ts";
import { judgeMessage } from "../oracle.ts";
import { BATCHES, drawMessage, expected, SINGLES } from "../post.ts";

const KNOWN = [
  ...[...SINGLES, ...BATCHES].map(({ path }) => path),
  "/v1/m",
  "/v1/pixel/track",
  "/v1/q",
  "/v1/projects/KEY/settings",
  "/analytics.js/v1/KEY/analytics.min.js",
  "/js/KEY.js",
  "/",
  "/healthz",
  "/api",
  "/api/sources",
  "/api/openapi.json",
  "/demo",
  "/demo/cart",
  "/demo/products/1",
  "/demo/assets/shop.css",
  "/index.html",
];

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`;

/** Ways to write a path so that somebody takes it for another one. */
const TRICKS: readonly ((path: string, draw: Draw) => string)[] = [
  (path) => path.toUpperCase(),
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `/${path}`,
  (path) => `//evil.example${path}`,
  (path) => path.replaceAll("/", "//"),
  (path) => path.replaceAll("/", "/./"),
  (path) => `/x/..${path}`,
  (path) => `/%2e%2e${path}`,
  (path) => `${path}/%2e%2e/%2e%2e/api/sources`,
  (path) => path.replaceAll("/", "%2f"),
  (path) => path.replaceAll("/", "\\"),
  (path) => `${path}%00`,
  (path) => `${path}%00.js`,
  (path) => `${path}.`,
  (path) => `${path}....`,
  (path) => `${path};a=b`,
  (path) => `${path}%20`,
  (path) => `${path}%0d%0aX-Injected:%20yes`,
  (path, { random }) => [...path].map((char) => (char !== "/" && random.next() < 0.4 ? percent(char) : char)).join(""),
  (path, { random }) => `${path}${random.pick(["%", "%f", "%zz", "%ff", "%c0%af", "%ed%a0%80", "%E0%A4%A", "%u0041"])}`,
  (path, { random }) =>
    `${path}/${random.pick(["\xff\xfe", "\xc3\xa9", "é", "%F0%9F%92%A9", "%EF%BC%8F", "<script>", "{x}", "`", "|", "^", '"'])}`,
  (path, { random }) => `${path}/${"a".repeat(random.pick([500, 4000, 30_000, 120_000]))}`,
  (path, { random }) => `${path}${"/a".repeat(random.pick([100, 3000]))}`,
  (path) => `${path}?${"a=b&".repeat(500)}`,
  (path) => `${path}?__proto__[x]=1&constructor.prototype.x=1&=&&==`,
  (path) => `${path}?writeKey=%00&writeKey=%ff&%=%`,
  (path) => `${path}#fragment`,
  (path) => `http://evil.example${path}`,
  (path) => `http://[::1${path}`,
  (path) => path.slice(1),
  (path) => path.replace("/v1", "/v2"),
  (path) => path.replace("/v1", "/__proto__"),
  (path) => path.replace(/\w+$/, "constructor"),
  (path) => path.replace(/\w+$/, "*"),
  (path) => path.replace(/\w+$/, ":method"),
];

const METHODS = [
  "POST",
  "POST",
  "POST",
  "GET",
  "GET",
  "HEAD",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "get",
  "FOO",
];

/** A known path in disguise, or a known one by another method. What is stored under it, if anything, is this message. */
export function path(draw: Draw): FuzzInput {
  const { random, material } = draw;
  const known = random.pick(KNOWN).replace("KEY", material.keys.plain);
  let target = known;
  for (let i = random.between(0, 2); i > 0; i--) target = random.pick(TRICKS)(target, draw);
  const method = random.pick(METHODS);
  const { message } = drawMessage(draw);
  const judged = judgeMessage(message, message["type"] as string);
  const bodied = !["GET", "HEAD", "OPTIONS", "get"].includes(method) || chance(draw, 0.1);
  return {
    method,
    target,
    headers: [
      basic(material.keys.plain),
      PREFER,
      elsewhere(draw),
      ...(chance(draw, 0.4)
        ? [["accept", random.pick(["text/html", "*/*", "image/avif,image/webp,*/*"])] as const]
        : []),
    ],
    ...(bodied
      ? {
          body: Buffer.from(JSON.stringify(BATCHES.some((one) => one.path === known) ? { batch: [message] } : message)),
        }
      : {}),
    expect: expected("plain", [judged], { unsure: true }),
    odd: true,
  };
}
