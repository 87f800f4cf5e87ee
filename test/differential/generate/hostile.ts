import type { Random } from "../../support/random.ts";
import type { Event } from "../case.ts";

/** JSON texts of values that nobody expects. Texts, so that odd numbers and `__proto__` keys come as they would. */
const HOSTILE: readonly string[] = [
  '""',
  '" "',
  '"日本語 🎉 \\u202e rtl"',
  '"line\\nbreak\\tand \\"quotes\\" \\\\ & <b>"',
  '"\\u0000\\u0007"',
  '"\\ud83d"',
  JSON.stringify("long ".repeat(700)),
  '"0"',
  '"-1"',
  '"1e400"',
  '" 12 "',
  '"0x1f"',
  '"NaN"',
  '"null"',
  '"true"',
  '"TRUE"',
  "0",
  "-0",
  "1.5",
  "1e21",
  "1e308",
  "9007199254740993",
  "true",
  "false",
  "null",
  "[]",
  "{}",
  "[null]",
  '["one"]',
  '["one","two"]',
  "[1,2]",
  "[[1]]",
  '[{"a":1}]',
  '{"a":{"b":[1,{"c":null}]}}',
  '{"$path":"x","@path":"$.userId"}',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}',
  '"2026-11-20"',
  '"2026-13-45T99:99:99Z"',
  '"20/11/2026"',
  '"1795176000"',
  "1795176000",
  "1795176000123",
  '"1795176000123"',
  '"Fri Nov 20 2026"',
  '"a@b"',
  '"ADA@EXAMPLE.COM "',
  '"not an address"',
  '"http://"',
  '"https://ünï.example/ä?ö=ü#x"',
  '"{{userId}} ${x} %s"',
  '"$1,234.50"',
  '"1,5"',
  '"+1 (415) 555-0123"',
];

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown, depth = 0): Place[] {
  if (typeof value !== "object" || value === null || depth > 4) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) =>
    depth === 0 && key === "type" ? [] : [{ holder, key }, ...placesIn(holder[key], depth + 1)],
  );
}

/** Replaces some values anywhere in the event but its type. */
export function makeHostile(event: Event, random: Random): void {
  for (let left = random.between(1, 6); left > 0; left--) {
    const places = placesIn(event);
    if (places.length === 0) return;
    const { holder, key } = random.pick(places);
    if (key === "event" && random.next() < 0.8) continue;
    holder[key] = JSON.parse(random.pick(HOSTILE));
  }
}

/** Takes values away, so that only few are left. */
export function makeSparse(event: Event, share: number, random: Random): void {
  for (const { holder, key } of placesIn(event)) {
    if (key !== "event" && key in holder && random.next() < share) Reflect.deleteProperty(holder, key);
  }
}
