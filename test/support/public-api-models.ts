import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./sources.ts";

const MODELS = path.join(ROOT, "node_modules/@segment/public-api-sdk-typescript/model");

interface Property {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
}

const read = new Map<string, readonly Property[] | undefined>();

/** The properties of a class that Segment's client declares; undefined when it declares none of that name. */
function propertiesOf(model: string): readonly Property[] | undefined {
  if (read.has(model)) return read.get(model);
  const file = path.join(MODELS, `${model.slice(0, 1).toLowerCase()}${model.slice(1)}.ts`);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [, body] = new RegExp(`export class ${model} \\{([\\s\\S]*?)static discriminator`).exec(text) ?? [];
  const found = [...(body ?? "").matchAll(/^ {4}'(\w+)'(\?)?: ([^;]+);$/gm)].map(
    ([, name = "", optional, type = ""]) => ({
      name,
      optional: optional === "?",
      type,
    }),
  );
  const properties = body === undefined ? undefined : found;
  read.set(model, properties);
  return properties;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where a value is not of a type as Segment's client writes types; types it does not declare are not looked at. */
function misfits(value: unknown, type: string, at: string): string[] {
  const [, item] = /^Array<(.+)>$/.exec(type) ?? [];
  if (item !== undefined) {
    return Array.isArray(value)
      ? value.flatMap((one, index) => misfits(one, item, `${at}[${index}]`))
      : [`${at}: no list`];
  }
  if (type.includes("|")) {
    const fits = type.split("|").some((one) => misfits(value, one.trim(), at).length === 0);
    return fits ? [] : [`${at}: not ${type}`];
  }
  if (type === "any" || type === "object" || type.startsWith("{")) return [];
  if (type === "null") return value === null ? [] : [`${at}: not null`];
  if (["string", "number", "boolean"].includes(type)) return typeof value === type ? [] : [`${at}: no ${type}`];
  const properties = propertiesOf(type);
  if (properties === undefined) return [];
  if (!isObject(value)) return [`${at}: no ${type}`];
  return properties.flatMap(({ name, optional, type: inner }) =>
    value[name] === undefined
      ? optional
        ? []
        : [`${at}.${name}: missing`]
      : misfits(value[name], inner, `${at}.${name}`),
  );
}

/** Every place where an answer lacks what the client's model promises, or has something else there. */
export const misfitsOf = (value: unknown, model: string): readonly string[] => {
  if (propertiesOf(model) === undefined) throw new Error(`the client has no model ${model}`);
  return misfits(value, model, model);
};
