import { gzipSync } from "node:zlib";
import { chance, type Draw, type FuzzInput, type Header } from "../input.ts";
import { hostileValue, Verbatim, writeJson } from "../hostile.ts";
import { mangle, mutate, stepCount } from "../mutate.ts";
import { BATCHES, drawMessage, drawShape, drawSource, post, replayed, SINGLES, type Message } from "../post.ts";

/** What an SDK sent, as it sent it. */
export function recorded(draw: Draw): FuzzInput {
  const { shape, headers, body } = replayed(draw);
  const plain = Buffer.from(body);
  const packed = headers.some(([name, value]) => name === "content-encoding" && value === "gzip");
  return post(draw, { shape, plain, sent: packed ? gzipSync(plain) : plain, source: "plain", headers, keyed: false });
}

/** One message, wrong somewhere. */
export function message(draw: Draw): FuzzInput {
  const { random } = draw;
  const drawn = drawMessage(draw);
  const mutated = mutate(drawn.message, random, stepCount(random));
  const shape = chance(draw, 0.9) ? drawShape(draw, drawn.type) : random.pick(SINGLES);
  return post(draw, { shape, plain: Buffer.from(writeJson(mutated)), source: drawSource(draw) });
}

const COUNTS = [0, 1, 2, 2, 3, 5, 5, 8, 10, 20, 60];

function drawItem(draw: Draw, at: number): unknown {
  const { random } = draw;
  const { message: good } = drawMessage({ ...draw, mark: `${draw.mark}-${at}` });
  if (chance(draw, 0.6)) return good;
  return chance(draw, 0.15) ? hostileValue(random) : mutate(good, random, stepCount(random));
}

/** Good and bad ones side by side: the good ones are kept. */
export function batch(draw: Draw): FuzzInput {
  const { random } = draw;
  const items = Array.from({ length: random.pick(COUNTS) }, (_, at) => drawItem(draw, at));
  // The same id twice in one batch is one event.
  if (items.length > 2 && chance(draw, 0.2)) items[1] = items[0];
  const envelope: Message = { batch: items, sentAt: new Date().toISOString() };
  if (chance(draw, 0.4)) envelope["context"] = { library: { name: "x", version: "1" }, app: { version: "1.2" } };
  if (chance(draw, 0.3)) envelope["integrations"] = { All: true };
  for (const field of ["context", "integrations", "sentAt", "batch"]) {
    if (chance(draw, field === "batch" ? 0.02 : 0.08)) envelope[field] = hostileValue(random);
  }
  if (chance(draw, 0.05)) Object.defineProperty(envelope, "__proto__", { value: { batch: [1] }, enumerable: true });
  if (chance(draw, 0.03)) envelope["writeKey"] = new Verbatim('"x","batch":[{}]');
  return post(draw, { shape: random.pick(BATCHES), plain: Buffer.from(writeJson(envelope)), source: drawSource(draw) });
}

const TYPES: readonly string[] = [
  "application/json",
  "text/plain",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=----x",
  "image/png",
  'application/json;;;==="',
  "*/*",
  "",
  " ",
  "application/json, text/html",
  `text/${"x".repeat(3000)}`,
];
export const contentType = ({ random }: Draw): Header => ["content-type", random.pick(TYPES)];

/** Text that is no JSON, or no text, or JSON all the same. */
export function bytes(draw: Draw): FuzzInput {
  const { random } = draw;
  const drawn = drawMessage(draw);
  const isBatch = chance(draw, 0.4);
  const value = isBatch ? { batch: [drawn.message], sentAt: "2026-01-01T00:00:00Z" } : drawn.message;
  let plain = Buffer.from(writeJson(value));
  for (let i = random.between(1, 3); i > 0; i--) plain = mangle(plain, random);
  const shape = isBatch ? random.pick(BATCHES) : drawShape(draw, drawn.type);
  // An unlabelled body that begins like a packed one is taken for one: then it is refused, if not as broken JSON.
  return post(draw, { shape, plain, source: drawSource(draw), headers: chance(draw, 0.5) ? [contentType(draw)] : [] });
}
