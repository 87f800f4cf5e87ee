import { utf8Length } from "../utf8.ts";
import type { ValueType } from "./expr.ts";
import { matchGlob, parseGlob } from "./glob.ts";

/** What one evaluation may still do; see FQL_LIMITS.work. */
export interface Work {
  left: number;
}

/** An evaluation that came to no value; the message is part of a sentence. Never an event's own value. */
export class Failure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export const EXHAUSTED = new Failure("takes too long on this event");

/** Takes `cost` from the allowance; false once it is used up. */
export function spend(work: Work, cost: number): boolean {
  work.left -= cost;
  return work.left >= 0;
}

export interface FqlFunction {
  /** Types that each argument may have. Null may always stand there: it gives `whenNull`. */
  readonly params: readonly (readonly ValueType[])[];
  readonly result: readonly ValueType[];
  /** The value when any argument is null; absent for functions that look at null themselves. */
  readonly whenNull?: boolean | number | null;
  run(args: readonly unknown[], work: Work): unknown;
}

export function typeOf(value: unknown): ValueType {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "number";
    case "boolean":
      return "bool";
    default:
      return "object";
  }
}

/** A function of one text, null for null. */
const ofText = (change: (text: string) => string): FqlFunction => ({
  params: [["string"]],
  result: ["string", "null"],
  whenNull: null,
  run([text], work) {
    return spend(work, String(text).length) ? change(String(text)) : EXHAUSTED;
  },
});

const FALSE_TEXTS: ReadonlySet<string> = new Set(["", "0", "f", "F", "false", "False", "FALSE"]);

/** The documents leave open how; these are the spellings of Go's ParseBool, and everything else that is something. */
function toBool(value: unknown): boolean {
  if (typeof value === "string") return !FALSE_TEXTS.has(value);
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** No two parts can match the same digits: a long text that is no number is refused in one pass. */
const NUMBER = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

/** Null for a text that is no decimal number: comparisons with null are false. */
function toNumber(value: unknown): number | null {
  if (typeof value === "number") return value;
  const number = typeof value === "string" && NUMBER.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function toText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function matches([text, pattern]: readonly unknown[], work: Work): boolean | Failure {
  if (!spend(work, String(pattern).length)) return EXHAUSTED;
  const glob = parseGlob(String(pattern));
  if (!glob.ok) return new Failure(glob.error);
  return matchGlob(glob.value, String(text), work) ?? EXHAUSTED;
}

function contains([text, part]: readonly unknown[], work: Work): boolean | Failure {
  return spend(work, String(text).length + String(part).length) ? String(text).includes(String(part)) : EXHAUSTED;
}

function length([value]: readonly unknown[], work: Work): number | Failure {
  if (Array.isArray(value)) return value.length;
  return spend(work, String(value).length) ? utf8Length(String(value)) : EXHAUSTED;
}

const ANYTHING: readonly ValueType[] = ["string", "number", "bool", "list", "object"];

/** The functions of server FQL (quality.md §4.7). */
export const FUNCTIONS: ReadonlyMap<string, FqlFunction> = new Map<string, FqlFunction>([
  ["contains", { params: [["string"], ["string"]], result: ["bool"], whenNull: false, run: contains }],
  ["match", { params: [["string"], ["string"]], result: ["bool"], whenNull: false, run: matches }],
  ["length", { params: [["string", "list"]], result: ["number"], whenNull: 0, run: length }],
  ["lowercase", ofText((text) => text.toLowerCase())],
  ["uppercase", ofText((text) => text.toUpperCase())],
  ["snakecase", ofText((text) => text.replaceAll(" ", "_"))],
  ["kebabcase", ofText((text) => text.replaceAll(" ", "-"))],
  ["titlecase", ofText((text) => text.replaceAll(/(?<=^|\s)\p{Ll}/gu, (first) => first.toUpperCase()))],
  ["typeof", { params: [ANYTHING], result: ["string"], run: ([value]) => typeOf(value) }],
  ["bool", { params: [["string", "number", "bool", "list"]], result: ["bool"], run: ([value]) => toBool(value) }],
  [
    "string",
    {
      params: [["string", "number", "bool", "list"]],
      result: ["string"],
      run: ([value], work) => {
        const text = toText(value);
        return spend(work, text.length) ? text : EXHAUSTED;
      },
    },
  ],
  [
    "number",
    { params: [["string", "number"]], result: ["number", "null"], whenNull: null, run: ([value]) => toNumber(value) },
  ],
]);
