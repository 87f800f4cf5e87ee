import { seededRandom, type Random } from "../../support/random.ts";
import { BODIES } from "../answers.ts";
import type { Answer, DifferentialCase } from "../case.ts";
import type { Variant } from "../catalogue.ts";
import { eventFor, type Variety } from "./events.ts";
import { mappingFor } from "./mapping.ts";
import { settingsFor } from "./settings.ts";

/** In this order for each variant, from a place that differs: with thirteen cases a variant sees nearly all. */
const ANSWERS: readonly (Answer["kind"] | number)[] = [
  200,
  429,
  200,
  "refresh",
  400,
  200,
  500,
  "hang",
  200,
  401,
  503,
  200,
  "break",
  404,
  200,
  "refused",
  200,
  202,
  204,
  "redirect",
  403,
  409,
  501,
  422,
];
const VARIETIES: readonly Variety[] = ["full", "full", "hostile", "full", "sparse", "hostile", "full"];

const SLUGS: readonly (readonly [RegExp, string])[] = [
  [/entered/i, 'event = "Audience Entered"'],
  [/exited/i, 'event = "Audience Exited"'],
  [/identify/i, 'type = "identify"'],
];

/** What a user would write where upstream proposes no trigger. */
const triggerFor = (variant: Variant, random: Random): string =>
  variant.trigger ??
  SLUGS.find(([pattern]) => pattern.test(variant.label))?.[1] ??
  random.pick(['type = "track"', 'type = "identify"', 'type = "track" or type = "identify"', 'event = "Test Event"']);

function answerFor(turn: number, random: Random): Answer {
  const kind = ANSWERS[turn % ANSWERS.length] ?? 200;
  const body = random.next() < 0.5 ? 0 : random.between(0, BODIES - 1);
  if (typeof kind === "number") return { kind: "status", status: kind, body };
  return kind === "hang" || kind === "break"
    ? { kind }
    : kind === "status"
      ? { kind, status: 200, body }
      : { kind, body };
}

function oneCase(variant: Variant, turn: number, own: number): DifferentialCase {
  const random = seededRandom((own + turn * 7919) >>> 0);
  const batch = variant.batches && random.next() < 0.5;
  const mapping = mappingFor(variant, batch, random);
  const trigger = triggerFor(variant, random);
  const variety = VARIETIES[(own + turn) % VARIETIES.length] ?? "full";
  const count = batch ? random.between(2, 5) : 1;
  return {
    id: `${variant.slug}/${variant.action}/${variant.label}/${turn}`,
    destination: variant.destination,
    slug: variant.slug,
    action: variant.action,
    trigger,
    mapping,
    settings: settingsFor(variant.definition, random),
    events: Array.from({ length: count }, () => eventFor(variant, mapping, trigger, variety, random)),
    answer: answerFor(own + turn, random),
  };
}

/** FNV-1a: gives each variant its own seed, so that a change of one destination moves no other's cases. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return state >>> 0;
}

/** `each` cases of every variant. */
export function* casesOf(variants: readonly Variant[], each: number, seed: number): Generator<DifferentialCase> {
  for (const variant of variants) {
    const own = hash(`${seed}/${variant.slug}/${variant.action}/${variant.label}`);
    for (let turn = 0; turn < each; turn++) yield oneCase(variant, turn, own);
  }
}
