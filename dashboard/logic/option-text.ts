import type { DestinationOption } from "../api/types.ts";

/** A setting as the text of a form field: maps are `name: value` lines. */
export function textOf(option: DestinationOption, value: unknown): string {
  const given = value ?? option.defaultValue;
  if (given === undefined || given === null) return "";
  if (option.type === "map" && typeof given === "object") {
    return Object.entries(given)
      .map(([name, text]) => `${name}: ${String(text)}`)
      .join("\n");
  }
  return typeof given === "string" ? given : JSON.stringify(given);
}

/** The reverse: what the control plane is sent. An empty field is `null`, which removes the setting. */
export function valueOf(option: DestinationOption, text: string): unknown {
  if (text.trim() === "") return null;
  switch (option.type) {
    case "map":
      return mapOf(text);
    case "number":
      return Number(text);
    case "boolean":
      return text === "true";
    default:
      return text;
  }
}

/**
 * The map settings with a line that is not `Name: value`, each with a sentence about its first such line: sent on,
 * it would be taken for a name without a value.
 */
export function malformedIn(
  options: readonly DestinationOption[],
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, type } of options) {
    if (type !== "map") continue;
    const lines = (texts[name] ?? "").split(/\r?\n/);
    const at = lines.findIndex((line) => line.trim() !== "" && line.trim().indexOf(":") < 1);
    if (at >= 0) found[name] = `Line ${at + 1} has no name with a colon after it; write it as Name: value.`;
  }
  return found;
}

/** Lines that `malformedIn` complains about never come here from a form; they keep their text as a name. */
function mapOf(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}
