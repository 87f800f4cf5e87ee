import type { Random } from "../support/random.ts";
import { chance, type Schema } from "./input.ts";
import { hostileValue } from "./hostile.ts";

const list = (value: unknown): readonly Schema[] => (Array.isArray(value) ? (value as Schema[]) : []);

const TEXTS = [
  "x",
  "Shop",
  "track",
  "user-1",
  "a@shop.example",
  "https://hooks.example/in",
  "2026-05-01T00:00:00Z",
  "2026-05-01",
  "send",
  'type = "track"',
  "0",
  "$.userId",
  "webhook",
  "javascript",
];

/** Names that the schema of a free object does not say. */
const MEMBERS = [
  "url",
  "data",
  "@path",
  "@if",
  "@template",
  "exists",
  "then",
  "key",
  "__proto__",
  "constructor",
  "userId",
  "a.b",
  "",
];

/** A value that the schema takes, more or less: what it does not say (formats, patterns, refinements) is left to luck. */
export function valueFor(schema: Schema, random: Random, levels = 8): unknown {
  const { type, anyOf, oneOf, allOf } = schema;
  if (levels === 0) return null;
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return random.pick(schema["enum"] as readonly unknown[]);
  const choices = [...list(anyOf), ...list(oneOf)];
  if (choices.length > 0) return valueFor(random.pick(choices), random, levels - 1);
  if (Array.isArray(allOf))
    return Object.assign({}, ...list(allOf).map((one) => valueFor(one, random, levels - 1))) as unknown;
  const named = Array.isArray(type) ? random.pick(type as readonly unknown[]) : type;
  switch (named) {
    case "object":
      return objectFor(schema, random, levels);
    case "array":
      return Array.from({ length: random.between(0, 3) }, () =>
        valueFor((schema["items"] ?? {}) as Schema, random, levels - 1),
      );
    case "integer":
    case "number":
      return random.pick(
        [schema["minimum"], schema["maximum"], 0, 1, 30, 100].filter((one) => typeof one === "number"),
      );
    case "boolean":
      return random.next() < 0.5;
    case "null":
      return null;
    case "string":
      return random.pick(TEXTS);
    default:
      return random.pick([...TEXTS, 1, true, null, {}, [], { "@path": "$.userId" }]);
  }
}

function objectFor(schema: Schema, random: Random, levels: number): unknown {
  const required = new Set((schema["required"] ?? []) as readonly string[]);
  const members = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>)
    .filter(([name]) => required.has(name) || chance({ random }, 0.5))
    .map(([name, part]): [string, unknown] => [name, valueFor(part, random, levels - 1)]);
  const open = schema["additionalProperties"];
  if (typeof open === "object" && open !== null) {
    for (let i = random.between(0, 3); i > 0; i--)
      members.push([random.pick(MEMBERS), valueFor(open as Schema, random, levels - 1)]);
  }
  if (chance({ random }, 0.05)) members.push([random.pick(MEMBERS), hostileValue(random)]);
  return Object.fromEntries(members);
}

/** The description with its references put in, as deep as anybody looks. */
export function inlined(document: Schema, node: unknown, levels = 10): Schema {
  if (levels === 0 || typeof node !== "object" || node === null) return {};
  const ref = (node as Schema)["$ref"];
  if (typeof ref === "string") {
    const target = ref
      .slice(2)
      .split("/")
      .reduce<unknown>((at, name) => (at as Schema | undefined)?.[name], document);
    return inlined(document, target, levels - 1);
  }
  const entries = Object.entries(node).map(([key, value]): [string, unknown] => {
    if (Array.isArray(value))
      return [
        key,
        value.map((one: unknown) =>
          typeof one === "object" && one !== null ? inlined(document, one, levels - 1) : one,
        ),
      ];
    return [key, typeof value === "object" && value !== null ? inlined(document, value, levels - 1) : value];
  });
  return Object.fromEntries(entries);
}
