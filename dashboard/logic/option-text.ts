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

/** A line without a colon keeps its text as a name, so that the refusal can point at it. */
function mapOf(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}
