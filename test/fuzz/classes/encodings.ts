import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { chance, type Draw, type FuzzInput, type Header } from "../input.ts";
import { deepArray, writeJson } from "../hostile.ts";
import { mangle } from "../mutate.ts";
import { BATCHES, drawMessage, drawShape, drawSource, post, type Posted } from "../post.ts";

const label = (value: string): Header => ["content-encoding", value];

type Packing = (
  plain: Buffer,
  draw: Draw,
) => Pick<Posted, "sent" | "headers" | "unsure" | "says"> & { readonly plain?: Buffer };

/** Nothing comes of it. */
const NOTHING = Buffer.alloc(0);

const ODD_LABELS = [
  "br",
  "zstd",
  "compress",
  "x-gzip",
  "gzip, gzip",
  "identity",
  "aws-chunked",
  "GZIP",
  " gzip ",
  "",
  "g",
  "gzip;q=1",
  "x".repeat(2000),
];

const bombs = new Map<string, Buffer>();
/** Zeros, blanks or brackets that unpack to far more than any limit; made once. */
function bomb(filler: string, megabytes: number): Buffer {
  const name = `${filler}${megabytes}`;
  const known = bombs.get(name) ?? gzipSync(Buffer.alloc(megabytes * 1024 * 1024, filler), { level: 9 });
  bombs.set(name, known);
  return known;
}

const PACKINGS: readonly Packing[] = [
  (plain) => ({ sent: gzipSync(plain), headers: [label("gzip")] }),
  (plain) => ({ sent: gzipSync(plain) }),
  (plain) => ({ sent: deflateSync(plain), headers: [label("deflate")] }),
  (plain) => ({ sent: deflateRawSync(plain), headers: [label("deflate")], unsure: true }),
  (plain) => ({ headers: [label("gzip")], sent: plain }),
  (plain, { random }) => ({ sent: gzipSync(plain), headers: [label(random.pick(ODD_LABELS))], unsure: true }),
  (plain, { random }) => ({ sent: plain, headers: [label(random.pick(ODD_LABELS))] }),
  (plain, { random }) => ({
    sent: brotliCompressSync(plain),
    headers: [label(random.pick(["br", "gzip", ""]))],
    plain: NOTHING,
  }),
  (plain) => ({ sent: gzipSync(gzipSync(plain)), headers: [label("gzip, gzip")], plain: NOTHING }),
  (plain, { random }) => {
    const packed = gzipSync(plain);
    return { sent: packed.subarray(0, random.between(0, packed.length - 9)), headers: [label("gzip")], plain: NOTHING };
  },
  // Only the trailer is missing or wrong: runtimes differ in whether they look at it.
  (plain, { random }) => {
    const packed = gzipSync(plain);
    return { sent: packed.subarray(0, packed.length - random.between(1, 8)), headers: [label("gzip")], unsure: true };
  },
  (plain, { random }) => ({ sent: mangle(gzipSync(plain), random), headers: [label("gzip")], unsure: true }),
  (plain) => ({
    sent: Buffer.concat([gzipSync(plain), Buffer.from("trailing")]),
    headers: [label("gzip")],
    unsure: true,
  }),
  (plain) => ({ sent: Buffer.concat([gzipSync(plain), gzipSync(plain)]), headers: [label("gzip")], unsure: true }),
  (plain) => ({ sent: gzipSync(Buffer.concat([Buffer.from("\u{feff}"), plain])), headers: [label("gzip")] }),
  (_, { random }) => ({
    sent: bomb(random.pick(["\0", " ", "["]), random.pick([1, 10, 50])),
    headers: [label("gzip")],
    plain: NOTHING,
    says: "request_too_large",
  }),
  () => ({ sent: gzipSync(deepArray(100_000).text), headers: [label("gzip")], plain: NOTHING }),
  () => ({ sent: Buffer.from("1f8b", "hex"), headers: [label("gzip")], plain: NOTHING }),
  () => ({ sent: Buffer.from("789c", "hex"), headers: [label("deflate")], plain: NOTHING }),
];

/** Packed well, badly, twice, or not as the label says. */
export function encoding(draw: Draw): FuzzInput {
  const { random } = draw;
  const drawn = drawMessage(draw);
  const isBatch = chance(draw, 0.5);
  const text = writeJson(isBatch ? { batch: [drawn.message] } : drawn.message);
  const made = random.pick(PACKINGS)(Buffer.from(text), draw);
  const shape = isBatch ? random.pick(BATCHES) : drawShape(draw, drawn.type);
  return post(draw, { shape, plain: Buffer.from(text), source: drawSource(draw), ...made });
}
