import { gzipSync } from "node:zlib";
import { chance, type Draw, type FuzzInput } from "../input.ts";
import { deepArray, deepObject, writeJson } from "../hostile.ts";
import { BATCHES, drawMessage, post, SINGLES, type Message } from "../post.ts";

const KB = 1024;

const small = ({ mark }: Draw, at: number): Message => ({
  type: "track",
  event: "x",
  userId: "u",
  messageId: `${mark}-${at}`,
});

/** Filled with text until the JSON has so many bytes. */
function sized(value: Message, bytes: number): Buffer {
  const bare = Buffer.byteLength(JSON.stringify({ ...value, fill: "" }));
  return Buffer.from(JSON.stringify({ ...value, fill: "x".repeat(Math.max(0, bytes - bare)) }));
}

const OFF = [-2, -1, 0, 1, 2, 100];

/** Bodies at each limit, one byte or item below and above. */
const KINDS: readonly ((draw: Draw) => { readonly plain: Buffer; readonly batch: boolean })[] = [
  (draw) => ({ plain: sized(small(draw, 0), 32 * KB + draw.random.pick(OFF)), batch: false }),
  (draw) => ({
    plain: sized({ batch: [small(draw, 0), { type: "no" }] }, 500 * KB + draw.random.pick(OFF)),
    batch: true,
  }),
  (draw) => {
    const count = 2500 + draw.random.pick([-1, 0, 0, 1, 2]);
    return {
      plain: Buffer.from(JSON.stringify({ batch: Array.from({ length: count }, (_, at) => small(draw, at)) })),
      batch: true,
    };
  },
  (draw) => ({
    plain: Buffer.from(`{"batch":[${"{},".repeat(draw.random.pick([2499, 2500, 100_000]))}{}]}`),
    batch: true,
  }),
  (draw) => ({
    plain: Buffer.from(`{"batch":[${"0,".repeat(200_000)}${JSON.stringify(small(draw, 0))}]}`),
    batch: true,
  }),
  // One that is too large beside one that is not.
  (draw) => {
    const large = JSON.parse(sized(small(draw, 0), 33 * KB).toString()) as Message;
    return { plain: Buffer.from(JSON.stringify({ batch: [large, small(draw, 1)] })), batch: true };
  },
  // What all share, copied into each.
  (draw) => {
    const context = { fill: "x".repeat(draw.random.pick([10, 30, 60, 100]) * KB) };
    const batch = Array.from({ length: draw.random.pick([2, 50, 1000]) }, (_, at) => small(draw, at));
    return { plain: Buffer.from(JSON.stringify({ context, batch })), batch: true };
  },
  (draw) => {
    const deep = draw.random.pick([deepArray(200_000), deepObject(60_000), deepArray(10_000)]);
    return {
      plain: Buffer.from(writeJson({ batch: [small(draw, 0), deep, { ...small(draw, 1), properties: { deep } }] })),
      batch: true,
    };
  },
  (draw) => {
    const context = draw.random.pick([deepObject(60_000, "page"), deepArray(100_000), deepObject(40, "a")]);
    return { plain: Buffer.from(writeJson({ batch: [small(draw, 0)], context })), batch: true };
  },
  (draw) => {
    const many = Object.fromEntries(
      Array.from({ length: draw.random.pick([2000, 3500]) }, (_, i) => [i.toString(36), 1]),
    );
    return { plain: Buffer.from(JSON.stringify({ ...drawMessage(draw).message, properties: many })), batch: false };
  },
  // Keys that engines keep in lists, and numbers as keys that they keep in arrays.
  (draw) => ({
    plain: Buffer.from(
      JSON.stringify({ ...small(draw, 0), properties: { 4294967294: 1, 4294967295: 2, "-1": 3, 1e9: 4 } }),
    ),
    batch: false,
  }),
];

export function limit(draw: Draw): FuzzInput {
  const { random } = draw;
  const { plain, batch } = random.pick(KINDS)(draw);
  const tracks = SINGLES.filter(({ implied }) => implied === "track");
  const packed = chance(draw, 0.3);
  return post(draw, {
    shape: random.pick(batch ? BATCHES : tracks),
    plain,
    source: "plain",
    ...(packed ? { sent: gzipSync(plain), headers: [["content-encoding", "gzip"]] as const } : {}),
  });
}
