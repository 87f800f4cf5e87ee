import {
  checkConst,
  checkEnum,
  checkFormat,
  checkLengths,
  checkLimits,
  checkRequired,
  fail,
  removeAdditional,
  type Site,
} from "./keywords.ts";
import {
  newRun,
  pointer,
  type Check,
  type ErrorObject,
  type Format,
  type Place,
  type Run,
  type Schema,
} from "./schema.ts";
import { coerce, hasType, isCoercible } from "./types.ts";

type Formats = ReadonlyMap<string, Format>;
/** Checks for values of one type; without a type, for all. */
interface Group {
  readonly type?: string;
  readonly checks: readonly Check[];
}

const fragment = (key: string | number): string =>
  typeof key === "number" ? String(key) : encodeURIComponent(pointer(key));

const typesOf = ({ type }: Schema): readonly string[] => (type === undefined ? [] : [type].flat());
const isEmpty = (schema: Schema): boolean => Object.keys(schema).length === 0;

/**
 * Turns a schema into one function. The groups and their order are AJV's (vocabularies/draft7), because they decide
 * which errors come first and what coercion has changed by then: any type, numbers, texts, lists, objects.
 */
export function compile(schema: Schema, formats: Formats, path = "#"): Check {
  const site: Site = { schema, path };
  const below = (part: Schema, ...keys: (string | number)[]): Check =>
    compile(part, formats, [path, ...keys.map(fragment)].join("/"));
  const groups: Group[] = [
    { checks: [...checkConst(site), ...checkEnum(site), ...combinations(site, below)] },
    { type: "number", checks: [...checkLimits(site), ...checkFormat(site, "number", formats)] },
    { type: "string", checks: [...checkLengths(site), ...checkFormat(site, "string", formats)] },
    { type: "array", checks: checkItems(site, below) },
    { type: "object", checks: [...checkRequired(site), ...removeAdditional(site), ...checkProperties(site, below)] },
  ];
  return inOrder(site, groups);
}

/** Which keywords make AJV take a schema of one type for one that tells wrong types itself. */
const RULES: Readonly<Record<string, readonly (keyof Schema)[]>> = {
  array: ["items"],
  object: ["required", "additionalProperties", "properties"],
};

function inOrder(site: Site, groups: readonly Group[]): Check {
  const types = typesOf(site.schema);
  const coercible = types.filter(isCoercible);
  const [only] = types;
  const tellsLater =
    types.length === 1 && coercible.length === 0 && RULES[only!]!.some((name) => site.schema[name] !== undefined);
  const typeError = (place: Place, run: Run): void =>
    fail(site, "type", { place, run }, { params: { type: site.schema.type }, message: `must be ${types.join(",")}` });
  return (place, run) => {
    const before = run.failures;
    if (types.length > 0 && !tellsLater && !types.some((type) => hasType(type, place.value))) {
      if (coercible.length === 0 || !coerce(coercible, place)) typeError(place, run);
    }
    for (const { type, checks } of groups) {
      if (type !== undefined && !hasType(type, place.value)) {
        if (tellsLater && type === only) typeError(place, run);
        continue;
      }
      for (const check of checks) {
        if (run.silent && run.failures > before) return;
        check(place, run);
      }
    }
  };
}

/** Whether the value passes, with no trace but what coercion does. */
function passes(check: Check, place: Place): boolean {
  const run = newRun(true);
  check(place, run);
  return run.failures === 0;
}

type Below = (part: Schema, ...keys: (string | number)[]) => Check;

function combinations(site: Site, below: Below): Check[] {
  const { not, anyOf, allOf } = site.schema;
  const checks: Check[] = [];
  if (not !== undefined) checks.push(checkNot(site, below(not, "not")));
  if (anyOf !== undefined && !anyOf.some(isEmpty)) {
    const parts = anyOf.map((part, at) => below(part, "anyOf", at));
    checks.push(checkAnyOf(site, parts));
  }
  for (const [at, part] of (allOf ?? []).entries()) checks.push(below(part, "allOf", at));
  if (site.schema.if !== undefined) checks.push(checkIf(site, below));
  return checks;
}

const checkNot =
  (site: Site, part: Check): Check =>
  (place, run) => {
    if (passes(part, place)) fail(site, "not", { place, run }, { params: {}, message: "must NOT be valid" });
  };

/** The errors of all parts are told when none passes. */
const checkAnyOf =
  (site: Site, parts: readonly Check[]): Check =>
  (place, run) => {
    const errors: ErrorObject[] = [];
    for (const part of parts) {
      const tried = newRun(run.silent);
      part(place, tried);
      if (tried.failures === 0) return;
      errors.push(...tried.errors);
    }
    run.errors.push(...errors);
    fail(site, "anyOf", { place, run }, { params: {}, message: "must match a schema in anyOf" });
  };

/** Coercion inside the condition changes the value, as AJV's does, whether it holds or not. */
function checkIf(site: Site, below: Below): Check {
  const { if: condition, then: yes, else: no } = site.schema;
  const holds = below(condition ?? {}, "if");
  const clauses = [yes && below(yes, "then"), no && below(no, "else")] as const;
  return (place, run) => {
    const [name, at] = passes(holds, place) ? (["then", 0] as const) : (["else", 1] as const);
    const before = run.failures;
    clauses[at]?.(place, run);
    if (run.failures === before) return;
    fail(site, "if", { place, run }, { params: { failingKeyword: name }, message: `must match "${name}" schema` });
  };
}

function checkItems({ schema }: Site, below: Below): Check[] {
  const { items } = schema;
  if (items === undefined || isEmpty(items)) return [];
  const check = below(items, "items");
  return [
    (place, run) => {
      const list = place.value as unknown[];
      const parent = place.value as Record<number, unknown>;
      for (let at = 0; at < list.length; at++) {
        check({ value: list[at], parent, key: at, path: `${place.path}/${at}` }, run);
        if (run.silent && run.failures > 0) return;
      }
    },
  ];
}

function checkProperties({ schema }: Site, below: Below): Check[] {
  const parts = Object.entries(schema.properties ?? {})
    .filter(([name, part]) => name !== "__proto__" && !isEmpty(part))
    .map(([name, part]) => ({ name, suffix: `/${pointer(name)}`, check: below(part, "properties", name) }));
  if (parts.length === 0) return [];
  return [
    (place, run) => {
      const parent = place.value as Record<string, unknown>;
      for (const { name, suffix, check } of parts) {
        const value = parent[name];
        if (value === undefined) continue;
        check({ value, parent, key: name, path: place.path + suffix }, run);
        if (run.silent && run.failures > 0) return;
      }
    },
  ];
}
