import type { Check, ErrorObject, Format, Place, Run, Schema } from "./schema.ts";
import { hasType } from "./types.ts";

/** What one schema's checks have in common. */
export interface Site {
  readonly schema: Schema;
  /** JSON pointer as a URI fragment, `#` at the root. */
  readonly path: string;
}

/** Notes one failure with AJV's own words. */
export function fail(
  site: Site,
  keyword: keyof Schema,
  { place, run }: { place: Place; run: Run },
  error: Pick<ErrorObject, "params" | "message">,
): void {
  run.failures++;
  if (run.silent) return;
  run.errors.push({
    instancePath: place.path,
    schemaPath: `${site.path}/${keyword}`,
    keyword,
    ...error,
    schema: site.schema[keyword],
    parentSchema: site.schema,
    data: place.value,
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => hasType("object", value);

/** AJV counts characters, not UTF-16 units. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

export function checkLimits(site: Site): Check[] {
  const { minimum, maximum } = site.schema;
  const limit = (keyword: "minimum" | "maximum", bound: number | undefined, comparison: string): Check[] =>
    bound === undefined
      ? []
      : [
          (place, run) => {
            const value = Number(place.value);
            if (keyword === "maximum" ? value <= bound : value >= bound) return;
            const params = { comparison, limit: bound };
            fail(site, keyword, { place, run }, { params, message: `must be ${comparison} ${bound}` });
          },
        ];
  return [...limit("maximum", maximum, "<="), ...limit("minimum", minimum, ">=")];
}

export function checkLengths(site: Site): Check[] {
  const { minLength, maxLength } = site.schema;
  const limit = (keyword: "minLength" | "maxLength", bound: number | undefined, words: string): Check[] =>
    bound === undefined
      ? []
      : [
          (place, run) => {
            const length = characters(String(place.value));
            if (keyword === "maxLength" ? length <= bound : length >= bound) return;
            const message = `must NOT have ${words} than ${bound} characters`;
            fail(site, keyword, { place, run }, { params: { limit: bound }, message });
          },
        ];
  return [...limit("maxLength", maxLength, "more"), ...limit("minLength", minLength, "fewer")];
}

/** @param type the type of values that are looked at: a format applies to one only. */
export function checkFormat(site: Site, type: "string" | "number", formats: ReadonlyMap<string, Format>): Check[] {
  const { format } = site.schema;
  if (format === undefined) return [];
  const known = formats.get(format);
  if (known === undefined) throw new Error(`unknown format "${format}" ignored in schema at path "${site.path}"`);
  const passes = testOf(known, type);
  if (passes === undefined) return [];
  return [
    (place, run) => {
      if (passes(place.value)) return;
      fail(site, "format", { place, run }, { params: { format }, message: `must match format "${format}"` });
    },
  ];
}

function testOf(format: Format, type: "string" | "number"): ((value: unknown) => boolean) | undefined {
  if (format === true) return undefined;
  if (typeof format === "function" || format instanceof RegExp) {
    return type === "string" ? textTest(format) : undefined;
  }
  if (format.type === "number") {
    const { validate } = format;
    return type === "number" ? (value) => validate(Number(value)) : undefined;
  }
  return type === "string" ? textTest(format.validate) : undefined;
}

const textTest =
  (test: RegExp | ((text: string) => boolean)) =>
  (value: unknown): boolean =>
    test instanceof RegExp ? test.test(String(value)) : test(String(value));

export function checkRequired(site: Site): Check[] {
  const { required } = site.schema;
  if (required === undefined || required.length === 0) return [];
  return [
    (place, run) => {
      const value = place.value as Record<string, unknown>;
      for (const name of required) {
        if (value[name] !== undefined) continue;
        const message = `must have required property '${name}'`;
        fail(site, "required", { place, run }, { params: { missingProperty: name }, message });
        if (run.silent) return;
      }
    },
  ];
}

/** `removeAdditional`: what the schema does not name is deleted, not refused. */
export function removeAdditional({ schema }: Site): Check[] {
  if (schema.additionalProperties !== false) return [];
  const known = new Set(Object.keys(schema.properties ?? {}).filter((name) => name !== "__proto__"));
  return [
    (place) => {
      const value = place.value as Record<string, unknown>;
      for (const name of Object.keys(value)) if (!known.has(name)) delete value[name];
    },
  ];
}

export function checkConst(site: Site): Check[] {
  const { schema } = site;
  if (schema.const === undefined) return [];
  return [
    (place, run) => {
      if (isEqual(place.value, schema.const)) return;
      const params = { allowedValue: schema.const };
      fail(site, "const", { place, run }, { params, message: "must be equal to constant" });
    },
  ];
}

export function checkEnum(site: Site): Check[] {
  const allowed = site.schema.enum;
  if (allowed === undefined) return [];
  return [
    (place, run) => {
      if (allowed.some((one) => isEqual(place.value, one))) return;
      const params = { allowedValues: allowed };
      fail(site, "enum", { place, run }, { params, message: "must be equal to one of the allowed values" });
    },
  ];
}

/** As fast-deep-equal, which AJV uses. */
function isEqual(one: unknown, other: unknown): boolean {
  if (one === other || (Number.isNaN(one) && Number.isNaN(other))) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => isEqual(item, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]))
  );
}
