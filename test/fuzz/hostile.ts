import type { Random } from "../support/random.ts";

/** Text that stands in the JSON as it is, where no value could say it. */
export class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const MARK = "verbatim-7f3a:";

/** JSON text of a tree that may hold verbatim parts; keys are written as they are. */
export function writeJson(tree: unknown): string {
  const parts: string[] = [];
  const text = JSON.stringify(tree, (_, value: unknown) =>
    value instanceof Verbatim ? `${MARK}${parts.push(value.text) - 1}` : value,
  );
  return parts.length === 0 ? text : text.replaceAll(/"verbatim-7f3a:(\d+)"/g, (_, n: string) => parts[Number(n)]!);
}

export const deepArray = (levels: number): Verbatim => new Verbatim(`${"[".repeat(levels)}${"]".repeat(levels)}`);
export const deepObject = (levels: number, key = "a"): Verbatim =>
  new Verbatim(`${`{${JSON.stringify(key)}:`.repeat(levels)}1${"}".repeat(levels)}`);

const LEVELS = [50, 63, 64, 65, 100, 1000, 5000];

/** Values that parsers, checks and stores have stumbled over somewhere. */
export function hostileValue(random: Random): unknown {
  const make = random.pick(HOSTILE);
  return typeof make === "function" ? (make as (random: Random) => unknown)(random) : make;
}

const HOSTILE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  1e308,
  5e-324,
  2 ** 53,
  "",
  " ",
  "0",
  "null",
  "undefined",
  "NaN",
  "[object Object]",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udc00\ud800",
  "\ufeff",
  "\u202e",
  "\u2028",
  "\r\n",
  "\\",
  '"',
  "'; DROP TABLE segments;--",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "<script>alert(1)</script>",
  "${7*7}",
  "../../etc/passwd",
  "%00",
  "2026-02-30T00:00:00Z",
  "0000-01-01",
  "9999-12-31T23:59:59.999Z",
  "+275760-09-13T00:00:00.001Z",
  "1e3",
  "𝒳".repeat(60),
  ...["1e400", "-1e400", "123456789012345678901234567890", "1e-400", "0.1e1", "-0.0"].map((text) => new Verbatim(text)),
  ...[
    "NaN",
    "Infinity",
    "undefined",
    "01",
    ".5",
    "+1",
    "0x10",
    "'a'",
    "tru",
    '"\\x"',
    '"\\u12"',
    '"\t"',
    "1,",
    "/**/1",
  ].map((text) => new Verbatim(text)),
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => ({ "": "" }),
  () =>
    JSON.parse(
      '{"toString":1,"valueOf":"x","hasOwnProperty":1,"length":1e9,"then":1,"toJSON":{},"constructor":"c"}',
    ) as unknown,
  () => ({ length: { toString: 1 } }),
  () => ({ size: { toString: 1 }, length: [{ toString: 1 }] }),
  () => ({ length: -1, 0: "a" }),
  (random: Random) => "x".repeat(random.pick([99, 100, 101, 300, 1000, 8000, 31_000, 33_000])),
  (random: Random) => "é".repeat(random.pick([100, 9000])),
  (random: Random) => Array.from({ length: random.pick([100, 3000]) }, () => 0),
  (random: Random) => Object.fromEntries(Array.from({ length: random.pick([50, 2000]) }, (_, i) => [`k${i}`, i])),
  (random: Random) => deepArray(random.pick(LEVELS)),
  (random: Random) => deepObject(random.pick(LEVELS.filter((levels) => levels < 5000))),
  () => deepObject(70, "__proto__"),
  (random: Random) => poison(random),
];

/** Objects that pollute whoever merges them carelessly. `polluted` is what the harness looks for afterwards. */
export function poison(random: Random): unknown {
  const payload = { polluted: "yes", toJSON: "x", isAdmin: true };
  const own = (key: string, value: unknown) => Object.fromEntries([[key, value]]);
  return random.pick([
    own("__proto__", payload),
    own("constructor", { prototype: payload }),
    own("prototype", payload),
    own("constructor", own("prototype", own("__proto__", payload))),
    new Verbatim('{"__proto__":{"polluted":"yes"},"__proto__":{"polluted":"again"}}'),
    new Verbatim('{"\\u005f_proto__":{"polluted":"yes"}}'),
    own("__proto__", null),
    own("__proto__", [payload]),
  ]);
}
