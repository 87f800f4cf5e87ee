import fc from "fast-check";

/** The part of a JSON schema that says which values are worth trying. */
export interface TriedSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, TriedSchema>>;
  readonly items?: TriedSchema;
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly unknown[];
}

/** What coercion, formats and emptiness treat in different ways. */
const TEXTS = [
  "",
  "a",
  " 7 ",
  "0",
  "12.5",
  "1e3",
  "0x10",
  "Infinity",
  "true",
  "false",
  "null",
  "😀😀",
  "2020-01-01",
  "2020-01-01T00:00:00Z",
  "1600000000",
  "1600000000000",
  "ada@example.com",
  "https://a.example/b?c",
];
const OTHERS = [0, 1, -1, 1.5, 1e20, Number.NaN, Number.POSITIVE_INFINITY, true, false, null, undefined];
const odd = fc.constantFrom<unknown>(...TEXTS, ...OTHERS);
const wrong = fc.oneof(
  odd,
  odd.map((value) => [value]),
  fc.tuple(odd, odd),
  fc.constant({}),
  fc.constant({ a: 1 }),
  fc.constant([]),
);

/** Values that conditions compare with, wherever they stand in the schema. */
function comparedValues(schema: TriedSchema): unknown[] {
  const found: unknown[] = [];
  JSON.stringify(schema.allOf ?? [], (key, value: unknown) => {
    if (key === "const") found.push(value);
    return value;
  });
  return found;
}

function rightValue(
  type: string | undefined,
  schema: TriedSchema,
  compared: readonly unknown[],
): fc.Arbitrary<unknown> {
  switch (type) {
    case "object":
      return objectFor(schema, compared);
    case "array":
      return fc.array(valueFor(schema.items ?? {}, compared), { maxLength: 3 });
    case "string":
      return fc.constantFrom("x", "ada@example.com", "https://a.example", "2021-01-01T00:00:00.000Z", "12");
    case "number":
    case "integer":
      return fc.constantFrom(1, 2.5, 100, "3");
    case "boolean":
      return fc.constantFrom(true, false, "true", 0);
    default:
      return odd;
  }
}

function valueFor(schema: TriedSchema, compared: readonly unknown[]): fc.Arbitrary<unknown> {
  const types: readonly (string | undefined)[] = schema.type === undefined ? [undefined] : [schema.type].flat();
  const right = fc.oneof(...types.map((type) => rightValue(type, schema, compared)));
  const chosen = [...(schema.enum ?? []), ...compared];
  const options = [
    { weight: 5, arbitrary: right },
    { weight: 3, arbitrary: wrong },
  ];
  if (chosen.length > 0) options.push({ weight: 3, arbitrary: fc.constantFrom(...chosen) });
  return fc.oneof(...options);
}

function objectFor({ properties = {} }: TriedSchema, compared: readonly unknown[]): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(([name, part]) => [name, valueFor(part, compared)] as const);
  return fc.record({ ...Object.fromEntries(members), "not declared": odd }, { requiredKeys: [] });
}

/** Payloads for an action or settings schema: right, wrong, odd and missing values in every place. */
export const payloadsFor = (schema: TriedSchema): fc.Arbitrary<Record<string, unknown>> =>
  objectFor(schema, comparedValues(schema)) as fc.Arbitrary<Record<string, unknown>>;
