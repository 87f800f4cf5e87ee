import type { Random } from "../support/random.ts";
import { deepArray, deepObject, hostileValue, poison, Verbatim, writeJson } from "./hostile.ts";
import { chance } from "./input.ts";

/** A place in a tree that can be written to. */
interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
}

const isHolder = (value: unknown): value is Place["holder"] =>
  typeof value === "object" && value !== null && !(value instanceof Verbatim);

/** Own properties are defined, so that `__proto__` is a key like any other. */
function put({ holder, key }: Place, value: unknown): void {
  if (Array.isArray(holder) && key === "length") return void holder.push(value);
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(root: Place["holder"], most = 400): Place[] {
  const places: Place[] = [];
  const open: Place["holder"][] = [root];
  for (const holder of open) {
    for (const [key, value] of Object.entries(holder)) {
      places.push({ holder, key });
      if (isHolder(value)) open.push(value);
      if (places.length >= most) return places;
    }
  }
  return places;
}

type Step = (place: Place, random: Random) => void;

const STEPS: readonly Step[] = [
  (place, random) => put(place, hostileValue(random)),
  (place, random) => put(place, hostileValue(random)),
  (place) => void Reflect.deleteProperty(place.holder, place.key),
  (place) => put(place, [valueAt(place)]),
  (place) => put(place, { value: valueAt(place) }),
  (place) => put(place, `${writeJson(valueAt(place))}`),
  (place, random) => put({ holder: place.holder, key: random.pick(KEYS) }, hostileValue(random)),
  (place, random) => {
    const poisoned = poison(random);
    if (!(poisoned instanceof Verbatim))
      for (const [key, value] of Object.entries(poisoned as object)) put({ holder: place.holder, key }, value);
    else put(place, poisoned);
  },
  // The same key twice: the last counts.
  (place, random) => {
    const value = writeJson(valueAt(place)) ?? "null";
    put(place, new Verbatim(`${value},${JSON.stringify(place.key)}:${writeJson(hostileValue(random))}`));
  },
];

const valueAt = ({ holder, key }: Place): unknown => (holder as Record<string, unknown>)[key];

const KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "",
  "toJSON",
  "then",
  "length",
  "\u0000",
  "\ud800",
  "a.b",
  "$set",
  "x".repeat(500),
  "properties",
  "context",
  "type",
  "messageId",
];

/** A copy with `count` steps made in it, anywhere. */
export function mutate<T extends object>(value: T, random: Random, count: number): T {
  const copy = { root: structuredClone(value) };
  for (let i = 0; i < count; i++) {
    const places = placesIn(copy.root as Place["holder"]);
    if (places.length === 0) break;
    random.pick(STEPS)(random.pick(places), random);
  }
  return copy.root;
}

/** How many steps: often none or one, seldom many. */
export const stepCount = (random: Random): number =>
  chance({ random }, 0.15) ? 0 : chance({ random }, 0.7) ? random.between(1, 2) : random.between(3, 12);

/** Broken at the level of bytes. */
export function mangle(bytes: Buffer, random: Random): Buffer {
  return random.pick(MANGLES)(bytes, random);
}

const at = (bytes: Buffer, random: Random): number => random.between(0, Math.max(0, bytes.length - 1));

const insert = (bytes: Buffer, random: Random, part: Uint8Array): Buffer => {
  const place = at(bytes, random);
  return Buffer.concat([bytes.subarray(0, place), part, bytes.subarray(place)]);
};

const BAD_UTF8 = [
  "80",
  "c0af",
  "c3",
  "e28280",
  "eda080",
  "f5808080",
  "f0808080",
  "ff",
  "fe",
  "00",
  "efbfbf",
  "e2",
  "f09f",
];

const MANGLES: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => bytes.subarray(0, at(bytes, random)),
  (bytes, random) => bytes.subarray(at(bytes, random)),
  (bytes, random) => insert(bytes, random, Buffer.from(random.pick(BAD_UTF8), "hex")),
  (bytes, random) => insert(bytes, random, Buffer.from(random.pick(BAD_UTF8), "hex")),
  (bytes) => Buffer.concat([Buffer.from("efbbbf", "hex"), bytes]),
  (bytes) => Buffer.concat([Buffer.from("efbbbfefbbbf", "hex"), bytes]),
  (bytes) => Buffer.concat([Buffer.from("fffe", "hex"), Buffer.from(bytes.toString(), "utf16le")]),
  (bytes, random) =>
    Buffer.concat([bytes, Buffer.from(random.pick(["}", " ", "\0", "x", "\n\n", ",{}", bytes.toString()]))]),
  (bytes, random) =>
    Buffer.concat([Buffer.from(random.pick([" ", "\n", "\0", "x", ")]}',\n", "data=", "[", "\u2028"])), bytes]),
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let i = 0; i < 4 && copy.length > 0; i++) copy[at(copy, random)] = random.between(0, 255);
    return copy;
  },
  () => Buffer.alloc(0),
  (_, random) => Buffer.alloc(random.between(1, 2000), random.pick([0, 0x20, 0x22, 0x5b, 0xff])),
  (_, random) => Buffer.from(Array.from({ length: random.between(1, 300) }, () => random.between(0, 255))),
  (_, random) =>
    Buffer.from(
      random.pick(["null", "true", "0", '""', "[]", "{}", "[[]]", "[null]", '{"batch":[]}', "NaN", "-", "1e400"]),
    ),
  (_, random) => Buffer.from(deepArray(random.pick([1000, 10_000, 16_000])).text),
  (_, random) => Buffer.from(deepObject(random.pick([1000, 5000]), random.pick(["a", "context", "__proto__"])).text),
  (_, random) => Buffer.from("[".repeat(random.pick([1000, 30_000]))),
];
