import type { Random } from "../../support/random.ts";
import { NOW } from "../case.ts";
import type { Field, Fields } from "../catalogue.ts";

const choiceValue = (choice: unknown): unknown =>
  typeof choice === "object" && choice !== null && "value" in choice ? choice.value : choice;

const BY_FORMAT: Readonly<Record<string, readonly string[]>> = {
  email: ["ada@example.com", "Grace.Hopper+test@Example.ORG"],
  uri: ["https://shop.example.com/a?b=c", "https://example.com"],
  "uri-reference": ["/path/to", "https://example.com/x"],
  "date-time": ["2026-11-20T11:58:00.000Z", "2026-11-19T08:00:00+02:00"],
  date: ["2026-11-20", "1990-02-28"],
  "date-like": ["2026-11-20T11:58:00.000Z", "2026-11-20"],
  ipv4: ["203.0.113.7", "198.51.100.22"],
  ipv6: ["2001:db8::7"],
  uuid: ["0b6b4bd2-9a1c-4c57-8c6e-0f1f7f3a9a11"],
  hostname: ["events.example.com"],
};

/** By what a field is called, for values that people would put there. First match counts. */
const BY_NAME: readonly (readonly [RegExp, readonly string[]])[] = [
  [/e-?mail/i, ["ada@example.com", "Grace.Hopper+test@Example.ORG"]],
  [/phone|msisdn|mobile|^to$|^from$/i, ["+14155550123", "+441632960961"]],
  [/url|uri|link|website|endpoint|href|webhook/i, ["https://hooks.example.com/in?x=1", "https://shop.example.com/p/1"]],
  [/host|domain|baseurl/i, ["events.example.com"]],
  [/currency/i, ["USD", "EUR"]],
  [/country/i, ["US", "DE"]],
  [/state|region_?code/i, ["CA", "NY"]],
  [/zip|postal/i, ["94105", "10115"]],
  [/gender/i, ["f", "male"]],
  [/birth|dob/i, ["1990-02-28"]],
  [/time|date|_at$|At$/, ["2026-11-20T11:58:00.000Z", "2026-11-18T23:59:59.999Z"]],
  [/(^|_)ip($|_)|ipaddress/i, ["203.0.113.7"]],
  [/user_?agent/i, ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"]],
  [/locale|language/i, ["en-US", "de"]],
  [/hash|sha/i, ["2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"]],
  [/region/i, ["us-east-1", "us"]],
  [/arn/i, ["arn:aws:iam::123456789012:role/inlet"]],
  [/account_?id|customer_?id|advertiser|_?id$|Id$|ID$/, ["1234567890", "987-654-3210", "abc-123"]],
];

const SOME_TEXT = ["Some text", "value-1", "Ünïcode ✓", "two words", "12", "true"];

/** A text that the field would accept. */
export function plausibleText(name: string, format: string | undefined, random: Random): string {
  const byFormat = format === undefined ? undefined : BY_FORMAT[format];
  const byName = BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
  return random.pick(byFormat ?? byName ?? SOME_TEXT);
}

const numberFor = (field: Field, random: Random, decimals: number): number => {
  const low = field.minimum ?? 1;
  const high = field.maximum ?? low + 500;
  const given = low + random.next() * (high - low);
  return decimals === 0 ? Math.round(given) : Math.round(given * 100) / 100;
};

function scalarFor(name: string, field: Field, random: Random): unknown {
  if (field.choices !== undefined && field.choices.length > 0) return choiceValue(random.pick(field.choices));
  switch (field.type) {
    case "boolean":
      return random.next() < 0.5;
    case "integer":
      return numberFor(field, random, 0);
    case "number":
      return numberFor(field, random, random.next() < 0.5 ? 0 : 2);
    case "datetime":
      return random.pick(["2026-11-20T11:58:00.000Z", "2026-11-20", NOW - 60_000, "1795176000"]);
    case "object":
      return objectFor(field.properties ?? {}, random);
    default:
      return plausibleText(name, field.format, random);
  }
}

/** A value of the field's type that a careful user would send. */
export function plausible(name: string, field: Field, random: Random): unknown {
  if (field.multiple !== true) return scalarFor(name, field, random);
  return Array.from({ length: random.between(1, 2) }, () => scalarFor(name, field, random));
}

export function objectFor(fields: Fields, random: Random): Record<string, unknown> {
  const known = Object.entries(fields).map(([key, field]) => [key, plausible(key, field, random)] as const);
  return known.length > 0 ? Object.fromEntries(known) : { plan: "pro", seats: 3, nested: { a: 1 } };
}
