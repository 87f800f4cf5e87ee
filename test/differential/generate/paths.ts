import type { Random } from "../../support/random.ts";
import type { Event } from "../case.ts";
import type { Field, Fields } from "../catalogue.ts";
import { plausible } from "./values.ts";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Roots that decide where an event goes: the mapping's wishes do not change them. */
const FIXED = new Set(["type", "event"]);

const keysOf = (path: string): string[] =>
  path
    .replace(/^\$\.?/, "")
    .split(/[.[\]]+/)
    .map((key) => key.replace(/^["']|["']$/g, ""))
    .filter((key) => key !== "");

/** Sets a value where the path points, making objects and arrays on the way. */
export function setAt(event: Record<string, unknown>, path: string, value: unknown): void {
  const keys = keysOf(path);
  const last = keys.pop();
  if (last === undefined || FIXED.has(keys[0] ?? last) || keys.some((key) => key.startsWith("__"))) return;
  let at: Record<string, unknown> = event;
  for (const [index, key] of keys.entries()) {
    const next = at[key];
    const wantsArray = /^\d+$/.test(keys[index + 1] ?? last);
    if (!isObject(next) && !Array.isArray(next)) at[key] = wantsArray ? [] : {};
    at = at[key] as Record<string, unknown>;
  }
  if (!(isObject(at[last]) && !isObject(value))) at[last] = value;
}

/** Visits the directives of one field and gives the event what they look for. */
export function fillField(event: Event, name: string, field: Field, wish: unknown, random: Random): void {
  if (typeof wish === "string") {
    for (const [, path] of wish.matchAll(/\{\{\{?\s*([^}\s|]+)\s*\}?\}\}/g)) if (path) setAt(event, path, "text");
  } else if (Array.isArray(wish)) {
    for (const one of wish) fillField(event, name, field, one, random);
  } else if (isObject(wish)) {
    fillDirective(event, name, field, wish, random);
  }
}

function fillDirective(event: Event, name: string, field: Field, wish: Record<string, unknown>, random: Random): void {
  const path = wish["@path"];
  if (typeof path === "string") return setAt(event, path, plausible(name, field, random));
  const condition = wish["@if"];
  if (isObject(condition)) {
    const branch = random.next() < 0.6 ? ["exists", "then"] : ["else"];
    for (const part of branch) fillField(event, name, field, condition[part], random);
    return;
  }
  const arrayPath = wish["@arrayPath"];
  if (Array.isArray(arrayPath)) return fillArray(event, field, arrayPath, random);
  const properties: Fields = field.properties ?? {};
  for (const [key, inner] of Object.entries(wish)) {
    fillField(event, key, properties[key] ?? { type: "string" }, inner, random);
  }
}

function fillArray(event: Event, field: Field, [root, shape]: readonly unknown[], random: Random): void {
  const path = isObject(root) ? root["@path"] : undefined;
  if (typeof path !== "string" || !isObject(shape)) return;
  const items = Array.from({ length: random.between(1, 3) }, () => {
    const item: Event = {};
    for (const [key, inner] of Object.entries(shape)) {
      fillField(item, key, field.properties?.[key] ?? { type: "string" }, inner, random);
    }
    return item;
  });
  setAt(event, path, random.next() < 0.1 ? items[0] : items);
}
