import { chance, elsewhere, type Draw, type FuzzInput, type Header, type Material, type Operation } from "../input.ts";
import { deepArray, deepObject, hostileValue, Verbatim, writeJson } from "../hostile.ts";
import { mangle, mutate, stepCount } from "../mutate.ts";
import { valueFor } from "../schema-value.ts";
import { contentType } from "./messages.ts";

const STRANGE = [
  "__proto__",
  "constructor",
  "%00",
  "%2e%2e",
  "%ff",
  "x".repeat(64),
  "x".repeat(9000),
  "..",
  "%2f",
  "*",
  "%F0%9F%92%A9",
  "-1",
  "1e99",
  "<script>",
  "%22",
  ":id",
];

/** What is deleted is none of what other inputs need. */
function addressOf({ random, material }: Draw, path: string, method: string): string {
  const named = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const known = (method === "DELETE" ? material.expendable[name] : undefined) ?? material.parameters[name] ?? [];
    return known.length > 0 && random.next() < 0.8 ? random.pick(known) : random.pick(STRANGE);
  });
  return `/api${named === "/" ? "" : named}`;
}

const VALUES = [
  "",
  "x",
  "-1",
  "0",
  "1e99",
  "NaN",
  "2026-05-01",
  "2026-05-01T00:00:00Z",
  "9999-99-99",
  "+275760-09-13",
  "%00",
  "%ff",
  "%F0%9F%92%A9",
  "%ED%A0%80",
  "null",
  "[]",
  "a".repeat(3000),
  "__proto__",
];
const QUESTIONS = [
  'type = "track"',
  "(".repeat(2000),
  "!".repeat(3000),
  '"',
  "contains(",
  'properties.a = "b" and ('.repeat(500),
  'match( event, "*" )',
  "a".repeat(5000),
  "\\",
  "event = 'x'",
];

function queryOf({ random }: Draw, { query }: Operation): string {
  const asked = query.filter(() => random.next() < 0.6);
  const pairs = asked.map(({ name, schema }) => {
    const likely = valueFor(schema, random);
    const value =
      random.next() < 0.5
        ? encodeURIComponent(String(likely).toWellFormed())
        : random.pick([...VALUES, ...QUESTIONS.map(encodeURIComponent)]);
    return `${encodeURIComponent(name)}=${value}`;
  });
  if (random.next() < 0.1)
    pairs.push(random.pick(["__proto__[a]=b", "constructor=1", "=", "&&", "%", pairs[0] ?? "x=y"]));
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** Bodies near to what a route takes: of its schema, with something wrong, or hostile through and through. */
function bodyOf(draw: Draw, { body }: Operation): Buffer | undefined {
  const { random, material } = draw;
  if (body === undefined) return chance(draw, 0.1) ? Buffer.from("{}") : undefined;
  if (chance(draw, 0.04)) return Buffer.from(writeJson(hostileValue(random)) ?? "");
  const value = withKnownIds(valueFor(body, random), material);
  const mutated = typeof value === "object" && value !== null ? mutate(value, random, stepCount(random)) : value;
  const deep = chance(draw, 0.08) ? deepened(draw, mutated) : mutated;
  const text = Buffer.from(writeJson(deep) ?? "");
  return chance(draw, 0.08) ? mangle(text, random) : text;
}

/** One member nested so deep that whoever walks it by recursion falls. */
function deepened({ random }: Draw, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const deep = random.pick([
    deepArray(100_000),
    deepObject(20_000),
    deepArray(3000),
    deepObject(1500),
    new Verbatim(JSON.stringify("(".repeat(20_000))),
    new Verbatim(JSON.stringify("not ".repeat(20_000))),
  ]);
  if (keys.length === 0) return value;
  const key = random.pick(keys);
  const inner = (value as Record<string, unknown>)[key];
  const holder = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? { ...inner, deep } : deep;
  return { ...value, [key]: holder };
}

/** So that a route gets past "no such source" now and then. */
function withKnownIds(value: unknown, { parameters }: Material): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const known = parameters[key.replace(/s$/, "")]?.[0];
      return [key, known === undefined || !key.endsWith("Id") ? one : known];
    }),
  );
}

function credentialsOf(draw: Draw, { owner, viewer }: Material): readonly Header[] {
  const { random } = draw;
  const at = random.next();
  if (at < 0.6) return [["authorization", `Bearer ${owner}`]];
  if (at < 0.75) return [["authorization", `Bearer ${viewer}`]];
  if (at < 0.8) return [];
  const odd = random.pick([
    "",
    "Bearer",
    "Bearer ",
    `Bearer ${"x".repeat(3000)}`,
    "Basic x",
    "Bearer \xff\xfe",
    `bearer  ${owner}`,
    `Bearer ${owner}, Bearer x`,
    "Bearer inlet_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  ]);
  return [["authorization", odd]];
}

/** The control plane: by its owner, by a viewer, by strangers. */
export function control(draw: Draw): FuzzInput {
  const { random, material } = draw;
  const operation = random.pick(material.operations);
  const body = bodyOf(draw, operation);
  const method = chance(draw, 0.03) ? random.pick(["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]) : operation.method;
  return {
    method,
    target: addressOf(draw, operation.path, method) + queryOf(draw, operation),
    headers: [
      ...credentialsOf(draw, material),
      elsewhere(draw),
      ...(chance(draw, 0.8) ? [["content-type", "application/json"] as const] : [contentType(draw)]),
      ...(chance(draw, 0.05) ? [["origin", "https://evil.example"] as const] : []),
      ...(chance(draw, 0.03) ? [["content-encoding", "gzip"] as const] : []),
    ],
    ...(body === undefined ? {} : { body }),
    ...(chance(draw, 0.05) ? { framing: "chunked" as const } : {}),
    odd: true,
  };
}
