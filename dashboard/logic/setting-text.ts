import type { DestinationField } from "../api/types.ts";
import { holds, isRequired } from "./field-kinds.ts";

/** The settings of a form, as text by name. */
export type SettingTexts = Readonly<Record<string, string>>;

/** A setting as the text of a form field: maps are `name: value` lines, lists one value a line. */
export function textOf(field: DestinationField, value: unknown): string {
  const given = value ?? field.defaultValue;
  if (given === undefined || given === null) return "";
  if (Array.isArray(given)) return given.map(String).join("\n");
  if (field.type === "map" && typeof given === "object") {
    return Object.entries(given)
      .map(([name, text]) => `${name}: ${String(text)}`)
      .join("\n");
  }
  return typeof given === "string" ? given : JSON.stringify(given);
}

/** The reverse: what the control plane is sent. An empty field is `null`, which removes the setting. */
export function valueOf(field: DestinationField, text: string): unknown {
  if (text.trim() === "") return null;
  if (field.multiple === true) return linesOf(text).map((line) => line.trim());
  switch (field.type) {
    case "map":
      return mapOf(text);
    case "number":
      return Number(text);
    case "boolean":
      return text === "true";
    case "select":
      return field.choices?.find(({ value }) => String(value) === text)?.value ?? text;
    default:
      return text;
  }
}

/** The fields to show: those whose conditions on the others hold. */
export function visibleFields(fields: readonly DestinationField[], texts: SettingTexts): readonly DestinationField[] {
  const valueAt = valuesAt(fields, texts);
  return fields.filter((field) => holds(field.dependsOn, valueAt));
}

/** Whether a setting is needed, given what the others are. */
export const isNeeded = (field: DestinationField, fields: readonly DestinationField[], texts: SettingTexts): boolean =>
  isRequired(field, valuesAt(fields, texts));

const valuesAt =
  (fields: readonly DestinationField[], texts: SettingTexts) =>
  (name: string): unknown => {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? undefined : valueOf(field, texts[name] ?? "");
  };

/** Fields under their headings, in the order in which headings first come; the first group may have none. */
export function grouped(
  fields: readonly DestinationField[],
): readonly { readonly title: string | undefined; readonly fields: readonly DestinationField[] }[] {
  const titles = [...new Set(fields.map((field) => field.group))];
  return titles.map((title) => ({ title, fields: fields.filter((field) => field.group === title) }));
}

/** What is not sent, because the control plane could not tell it from what it looks like: a sentence by name. */
export function malformedIn(
  fields: readonly DestinationField[],
  texts: SettingTexts,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const problem = malformed(field, texts[field.name] ?? "");
    if (problem !== undefined) found[field.name] = problem;
  }
  return found;
}

function malformed({ type }: DestinationField, text: string): string | undefined {
  if (type === "number" && text.trim() !== "" && !Number.isFinite(Number(text))) return "This is not a number.";
  if (type !== "map") return undefined;
  // Sent on, such a line would be taken for a name without a value.
  const at = text.split(/\r?\n/).findIndex((line) => line.trim() !== "" && line.trim().indexOf(":") < 1);
  return at < 0 ? undefined : `Line ${at + 1} has no name with a colon after it; write it as Name: value.`;
}

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== "");

/** Lines that `malformedIn` complains about never come here from a form; they keep their text as a name. */
function mapOf(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}
