import { compileReduction, type Reduction } from "./filter-fields.ts";
import type { FilterAction, FilterRecord } from "./filter-record.ts";
import { compileCondition, type Condition } from "./fql/evaluate.ts";
import type { FqlProblem } from "./fql/expr.ts";
import { parseCondition } from "./fql/parser.ts";
import { parsePath, readPath } from "./fql/path.ts";
import type { JsonObject } from "./json.ts";
import { err, ok, type Result } from "./result.ts";
import { inspect } from "./sanitise.ts";

/** What applying a filter needs of a record. */
export type FilterRule = Pick<FilterRecord, "sourceId" | "title" | "if" | "actions" | "enabled">;

/** Where SAMPLE gets its luck from. */
export interface Chance {
  /** 0 to 1. */
  random(): number;
  /** MD5 of the text's UTF-8 bytes: 16 bytes. */
  hash(text: string): Uint8Array;
}

export type FilterVerdict =
  | { readonly pass: true; readonly event: JsonObject }
  /** A sentence that names the filter; it holds no value of the event. */
  | { readonly pass: false; readonly detail: string };

/** Applies the filters before one destination to an event (parsed JSON) of a source. */
export type FilterChain = (event: JsonObject, sourceId: string, chance: Chance) => FilterVerdict;

const always: Condition = () => ok(true);

/** The condition of a filter: `all`, or FQL that must be true or false. */
export function parseFilterCondition(text: string): Result<Condition, FqlProblem> {
  if (text.trim() === "all") return ok(always);
  const parsed = parseCondition(text);
  return parsed.ok ? ok(compileCondition(parsed.value)) : parsed;
}

/** Why a filter's condition cannot be saved, with the place in the text; undefined when it can. */
export function checkFilter(condition: string): FqlProblem | undefined {
  const parsed = parseFilterCondition(condition);
  return parsed.ok ? undefined : parsed.error;
}

/**
 * Whether SAMPLE lets an event through. With a path the MD5 of the JSON text of the value there, its first 64 bits
 * read as a fraction of 1, is compared with `percent`: the same value always fares alike, and a larger share includes
 * every smaller one. This is Segment's sampler (segmentio/tsub-js; the copy in analytics.js takes the digest's hex
 * digits for bytes and so lets nearly everything through). Events without the value count as `null`, all alike.
 */
function compileSample({ percent, path }: Extract<FilterAction, { type: "SAMPLE" }>) {
  if (percent >= 1) return () => true;
  if (percent <= 0) return () => false;
  if (path === undefined || path === "") return (_: JsonObject, chance: Chance) => chance.random() < percent;
  const names = parsePath(path);
  return (event: JsonObject, chance: Chance) => {
    const digest = chance.hash(JSON.stringify(readPath(event, names)));
    const bits = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    return bits.getUint32(0) / 2 ** 32 + bits.getUint32(4) / 2 ** 64 < percent;
  };
}

/** One filter ready for many events. */
interface Compiled {
  readonly title: string;
  readonly sourceId: string;
  readonly matches: Condition;
  /** All must let the event through. */
  readonly samples: readonly ReturnType<typeof compileSample>[];
  readonly drops: boolean;
  readonly removals: readonly Reduction[];
  readonly allowances: readonly Reduction[];
}

function compileFilter({ title, sourceId, if: condition, actions }: Omit<FilterRule, "enabled">): Compiled {
  const parsed = parseFilterCondition(condition);
  const reductions = (type: "DROP_PROPERTIES" | "ALLOW_PROPERTIES") =>
    actions.flatMap((action) => (action.type === type ? [compileReduction(type, action.fields)] : []));
  return {
    title,
    sourceId,
    // Fails closed: an event that a broken filter was to look at may hold what it was to keep back.
    matches: parsed.ok ? parsed.value : () => err(`the condition is no FQL: ${parsed.error.message}`),
    samples: actions.flatMap((action) => (action.type === "SAMPLE" ? [compileSample(action)] : [])),
    drops: actions.some((action) => action.type === "DROP"),
    removals: reductions("DROP_PROPERTIES"),
    allowances: reductions("ALLOW_PROPERTIES"),
  };
}

const dropped = (title: string, why: string): FilterVerdict => ({ pass: false, detail: `filter “${title}”: ${why}` });

/** All conditions look at the event as it came, so that the order of the filters does not matter. */
function apply(filters: readonly Compiled[], event: JsonObject, chance: Chance): FilterVerdict {
  const matching: Compiled[] = [];
  for (const filter of filters) {
    const matched = filter.matches(event);
    if (!matched.ok) return dropped(filter.title, matched.error);
    if (matched.value) matching.push(filter);
  }
  const unlucky = matching.find(({ samples }) => samples.some((sample) => !sample(event, chance)));
  if (unlucky !== undefined) return dropped(unlucky.title, "not in the sample");
  const dropping = matching.find(({ drops }) => drops);
  if (dropping !== undefined) return dropped(dropping.title, "drops this event");
  let reduced = event;
  for (const { removals } of matching) for (const remove of removals) reduced = remove(reduced);
  for (const { allowances } of matching) for (const allow of allowances) reduced = allow(reduced);
  return { pass: true, event: reduced };
}

/**
 * Prepares the filters before one destination, for any number of events. Those that are enabled and belong to the
 * event's source apply, in Segment's order: Sample → Drop → Drop Properties → Allow Properties. A filter that cannot be
 * understood, or that meets a value of a wrong type, drops the event and says so. Events are never changed, only
 * copied where something is taken out.
 */
export function compileFilters(filters: readonly FilterRule[]): FilterChain {
  const compiled = filters.filter(({ enabled }) => enabled).map(compileFilter);
  const bySource = Map.groupBy(compiled, ({ sourceId }) => sourceId);
  return (event, sourceId, chance) => {
    const own = bySource.get(sourceId);
    return own === undefined ? { pass: true, event } : apply(own, event, chance);
  };
}

/** What lots the filters draw over an event: which filters, and the share of such events that all of them let through. */
export interface Drawing {
  readonly share: number;
  readonly titles: readonly string[];
}

const NO_DRAWING: Drawing = { share: 1, titles: [] };

/** Tells of any event what compileFilters leaves to chance: samples without a path. */
export function compileDrawings(filters: readonly FilterRule[]): (event: JsonObject, sourceId: string) => Drawing {
  const drawing = filters
    .filter(({ enabled }) => enabled)
    .flatMap((filter) => {
      const percents = filter.actions.flatMap((one) => (one.type === "SAMPLE" && !one.path ? [one.percent] : []));
      const share = percents.reduce((product, percent) => product * percent, 1);
      return share < 1 ? [{ ...compileFilter(filter), share }] : [];
    });
  if (drawing.length === 0) return () => NO_DRAWING;
  return (event, sourceId) => {
    const matching = drawing.filter((filter) => {
      const matched = filter.sourceId === sourceId ? filter.matches(event) : undefined;
      return matched?.ok === true && matched.value;
    });
    const share = matching.reduce((product, filter) => product * filter.share, 1);
    return { share, titles: matching.map(({ title }) => title) };
  };
}

/** The event as the filter leaves it; `null` when it is dropped, `error` then says by what mistake. */
export interface FilterPreview {
  readonly result: JsonObject | null;
  readonly error?: string;
}

/** What a filter, saved or not, enabled or not, would make of a payload. */
export function previewFilter(
  filter: Pick<FilterRule, "if" | "actions">,
  payload: JsonObject,
  chance: Chance,
): FilterPreview {
  if (inspect(payload).tooDeep) return { result: null, error: "the payload is nested too deeply" };
  const compiled = compileFilter({ ...filter, title: "preview", sourceId: "" });
  const matched = compiled.matches(payload);
  if (!matched.ok) return { result: null, error: matched.error };
  const verdict = apply([compiled], payload, chance);
  return { result: verdict.pass ? verdict.event : null };
}
