import { chance, type Draw, type FuzzInput, type Header } from "../input.ts";
import { writeJson } from "../hostile.ts";
import { mangle, mutate, stepCount } from "../mutate.ts";
import { judgeMessage, type Judged } from "../oracle.ts";
import { drawMessage, drawSource, expected, type Message } from "../post.ts";

/** A byte order mark before the text is none of it. */
const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
};

const urlSafe = (bytes: Buffer): string => bytes.toString("base64url");
const TRACKS = ["track", "identify", "page", "screen", "group", "alias"];
const MIXED: readonly Header[] = [
  ["accept", "image/avif,image/webp,*/*"],
  ["accept", "text/html"],
  ["sec-purpose", "prefetch"],
  ["cookie", "inlet_aid=known"],
  ["referer", "https://shop.example/\xe9"],
];
const someHeaders = (draw: Draw): Header[] => (chance(draw, 0.3) ? [draw.random.pick(MIXED)] : []);

/** `data=` with a message in base64, good or broken. */
export function pixelData(draw: Draw): FuzzInput {
  const { random, material } = draw;
  const { type, message } = drawMessage(draw);
  const source = drawSource(draw);
  const mutated: Message = { ...mutate(message, random, stepCount(random)), writeKey: material.keys[source] };
  let plain = Buffer.from(writeJson(mutated));
  const broken = chance(draw, 0.25);
  if (broken) plain = mangle(plain, random);
  let data = chance(draw, 0.5) ? urlSafe(plain) : encodeURIComponent(plain.toString("base64"));
  const cut = chance(draw, 0.1);
  if (cut)
    data = random.pick([
      data.slice(0, -random.between(1, 9)),
      `${data}!`,
      `%${data}`,
      `${data}=`,
      data.replaceAll("A", "%20"),
      "%FF%FE",
      "",
    ]);
  const headers = someHeaders(draw);
  const judged = judgeMessage(parse(plain), type);
  const method = random.pick(["GET", "GET", "GET", "HEAD"]);
  return {
    method,
    target: `${random.pick(["/v1", ""])}/pixel/${type}?${chance(draw, 0.1) ? `writeKey=${material.keys.plain}&` : ""}data=${data}`,
    headers,
    // HEAD looks without clicking, a cookie brings an id, and what is broken may still be read by one decoder or another.
    expect: expected(source, [judged], { wild: broken || cut || headers.length > 0 || method === "HEAD" }),
    ...(data.length > 8000 ? { odd: true } : {}),
  };
}

const KEYS = [
  "properties.a",
  "properties.a.b",
  "properties.__proto__.polluted",
  "__proto__.polluted",
  "constructor.prototype.polluted",
  "properties",
  "context.ip",
  "context.page.url",
  "traits.email",
  "a..b",
  ".",
  "..",
  "",
  "properties.",
  "userId.x",
  "context",
  "integrations.All",
  "timestamp",
  "sentAt",
  "toString.call",
  Array.from({ length: 100 }, () => "a").join("."),
  Array.from({ length: 3000 }, () => "a").join("."),
  Array.from({ length: 200 }, () => "__proto__").join("."),
];
const VALUES = [
  "1",
  "",
  "x",
  "%00",
  "%ff",
  "%",
  "%E0%A4%A",
  "+",
  "true",
  "%F0%9F%92%A9",
  "%ED%A0%80",
  "[object%20Object]",
  "a".repeat(2000),
  "%3Cscript%3E",
  "2026-01-01",
];

/** Flat, with dotted keys. */
export function pixelFlat(draw: Draw): FuzzInput {
  const { random, material, mark } = draw;
  const source = drawSource(draw);
  const type = random.pick(TRACKS);
  const own = [
    `writeKey=${material.keys[source]}`,
    `messageId=${mark}`,
    "userId=u",
    "event=E",
    "groupId=g",
    "previousId=p",
  ];
  const odd = Array.from({ length: random.between(0, 12) }, () => `${random.pick(KEYS)}=${random.pick(VALUES)}`);
  const all = chance(draw, 0.5) ? [...own, ...odd] : [...odd, ...own];
  const method = chance(draw, 0.05) ? random.pick(["__proto__", "constructor", "TRACK", "x", "track%20"]) : type;
  return {
    method: "GET",
    target: `/v1/pixel/${method}?${all.join(random.pick(["&", "&", "&&"]))}`,
    headers: someHeaders(draw),
    expect: expected(source, [{ id: mark, fate: "unsure" }]),
    odd: true,
  };
}

const AJS = [
  "ajs_event",
  "ajs_uid",
  "ajs_aid",
  "ajs_prop_a",
  "ajs_prop___proto__",
  "ajs_trait_email",
  "ajs_trait_constructor",
  "ajs_trait_",
  "ajs_",
  "to",
  "sig",
  "utm_source",
  "__proto__",
  "ajs_prop_url",
];

/** The query string of a link or an image. What it stores has no id of its own: the user names it. */
export function query(draw: Draw): FuzzInput {
  const { random, material, mark } = draw;
  const source = drawSource(draw);
  const parts = Array.from({ length: random.between(0, 10) }, () => `${random.pick(AJS)}=${random.pick(VALUES)}`);
  const events = parts.filter((part) => /^ajs_(?:event|uid)=/.test(part)).length;
  const stores: Judged[] = Array.from({ length: Math.min(2, events) }, () => ({ fate: "unsure" }));
  return {
    method: random.pick(["GET", "GET", "HEAD"]),
    target: `${random.pick(["/v1", ""])}/q?${[`writeKey=${material.keys[source]}`, ...parts, `ajs_prop_mark=${mark}`].join("&")}`,
    headers: someHeaders(draw),
    expect: expected(source, stores),
  };
}

/** A link that was signed, and altered on its way. */
export function link(draw: Draw): FuzzInput {
  const { random } = draw;
  let target = draw.material.link;
  const change = random.between(0, 8);
  if (change === 1) target += random.pick(["&utm_source=x", "&fbclid=1"]);
  if (change === 2) target += random.pick(["&to=https://evil.example", "&sig=x", "&ajs_event=Forged", "&writeKey=x"]);
  if (change === 3)
    target = target.replace(
      /sig=[^&]*/,
      `sig=${random.pick(["", "x", "%00", "A".repeat(43), "A".repeat(9000), "%E0%A4%A"])}`,
    );
  if (change === 4)
    target = target.replace(
      /to=[^&]*/,
      `to=${random.pick(["javascript:alert(1)", "//evil.example", "https://evil.example", "", "%0d%0a"])}`,
    );
  if (change === 5)
    target = mangle(Buffer.from(target), random)
      .toString("latin1")
      .replaceAll(/[^\x21-\x7e\x80-\xff]/g, "");
  if (change === 6) target = target.replace("sig=", "SIG=");
  if (change === 7)
    target = target
      .split("?")
      .map((part, i) => (i === 0 ? part : part.split("&").toReversed().join("&")))
      .join("?");
  return {
    method: "GET",
    target: target.startsWith("/") ? target : `/${target}`,
    headers: someHeaders(draw),
    expect: expected("plain", [{ fate: "unsure" }, { fate: "unsure" }]),
    odd: true,
  };
}
