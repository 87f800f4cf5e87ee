import { basic, PREFER, type Draw, type FuzzInput, type Header, type SourceName } from "../input.ts";
import { hostileValue, Verbatim, writeJson } from "../hostile.ts";
import { drawMessage, drawShape, expected, type Message } from "../post.ts";
import { judgeBody } from "../oracle.ts";

interface Scene {
  readonly headers?: readonly Header[];
  readonly query?: string;
  /** The body's writeKey. */
  readonly inBody?: unknown;
  /** Whose event it becomes; nobody's when absent. */
  readonly source?: SourceName;
  readonly unsure?: boolean;
  readonly odd?: boolean;
}

const authorization = (value: string): Header => ["authorization", value];
const STRANGERS = ["nobody", "__proto__", "constructor", "toString", "", "*", "wk 1", "x".repeat(201), "ü", "\0"];

/** Where keys stand, in agreement or not. The order that counts: Basic, X-Write-Key, query, body (conformance/README.md). */
const SCENES: readonly ((key: string, draw: Draw) => Scene)[] = [
  (key) => ({ headers: [authorization(`Basic ${btoa(key)}`)], source: "plain" }),
  (key) => ({ headers: [authorization(`Basic ${btoa(`${key}:pass:word`)}`)], source: "plain" }),
  (key) => ({ headers: [authorization(`bAsIc   ${btoa(`${key}:`)}  `)], source: "plain" }),
  (key) => ({ headers: [authorization(`Basic ${btoa("REDACTED:")}, Basic ${btoa(`${key}:`)}`)], source: "plain" }),
  (key) => ({ headers: [basic("REDACTED"), basic(key)], source: "plain" }),
  (key) => ({ headers: [authorization(`Bearer ${"e".repeat(500)}`)], inBody: key, source: "plain" }),
  (key, { random }) => ({
    headers: [
      authorization(
        random.pick(["Basic", "Basic ", "Basic %%%", "Basic =", "Basic a", "Digest x", ",", ", ,", "Basic,Basic"]),
      ),
    ],
    inBody: key,
    source: "plain",
  }),
  (key, { random }) => ({
    headers: [basic(random.pick(["nobody", "__proto__", "constructor"]))],
    inBody: key,
    source: "plain",
  }),
  (key, { random }) => ({
    headers: [["x-write-key", random.pick(["nobody", "__proto__", "a:b", "***"])]],
    query: key,
    source: "plain",
  }),
  (key) => ({ headers: [["x-write-key", `${key}:***`]], inBody: "x:***", source: "plain" }),
  (key) => ({ query: key, inBody: "nobody", source: "plain" }),
  (key) => ({ inBody: key, source: "plain" }),
  (key) => ({ inBody: `${key}:secret`, source: "plain" }),
  (key, { material }) => ({ headers: [basic(material.keys.closed)], inBody: key, source: "closed" }),
  (key, { material }) => ({ headers: [basic(key)], inBody: material.keys.closed, source: "plain" }),
  () => ({}),
  (_, { random }) => ({
    headers: [basic(random.pick(["nobody", "__proto__", "toString"]))],
    inBody: random.pick(STRANGERS),
  }),
  (_, { random }) => ({
    inBody: random.pick(STRANGERS),
    query: random.pick(["nobody", "%00", "%ff", "", "__proto__", "%", "%E0%A4%A"]),
  }),
  (key) => ({ inBody: [key] }),
  (key) => ({ inBody: { key } }),
  (key) => ({ inBody: ` ${key}` }),
  (key) => ({ inBody: `${key}\u0000` }),
  (key) => ({ inBody: swapCase(key) }),
  (key) => ({ inBody: new Verbatim(`"nobody","writeKey":"${key}"`), source: "plain" }),
  (key) => ({ inBody: new Verbatim(`"${key}","writeKey":"nobody"`) }),
  (_, { random }) => ({ inBody: hostileValue(random) }),
  // More candidates than are looked up.
  (key) => ({
    headers: [authorization(Array.from({ length: 30 }, (_, i) => `Basic ${btoa(`n${i}:`)}`).join(", "))],
    inBody: key,
    unsure: true,
    source: "plain",
  }),
  (key, { random }) => ({
    headers: [authorization(`Basic ${"A".repeat(random.pick([4000, 9000, 15_000, 60_000, 200_000]))}`)],
    inBody: key,
    unsure: true,
    odd: true,
    source: "plain",
  }),
  (key) => ({ headers: [authorization(`Basic ${btoa("é:")}`)], inBody: key, source: "plain" }),
  (key) => ({ headers: [authorization("Basic \xe9\xff\x80")], inBody: key, source: "plain" }),
];

const swapCase = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));

/** A good message, and the question whose it is. */
export function credentials(draw: Draw): FuzzInput {
  const { random, material } = draw;
  const { type, message } = drawMessage(draw);
  const { headers = [], query, inBody, source, unsure = false, odd } = random.pick(SCENES)(material.keys.plain, draw);
  const body: Message = inBody === undefined ? message : { ...message, writeKey: inBody };
  const shape = drawShape(draw, type);
  const plain = Buffer.from(writeJson(body));
  const judged = judgeBody(plain, false, shape.implied);
  return {
    method: "POST",
    target: `${shape.path}${query === undefined ? "" : `?writeKey=${query}`}`,
    headers: [...headers, PREFER],
    body: plain,
    ...(odd === undefined ? {} : { odd }),
    ...(source === undefined ? {} : { expect: expected(source, judged, { told: true, unsure }) }),
  };
}
