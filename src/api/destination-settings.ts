import type { DestinationView, SettingValue } from "../core/catalog.ts";
import type { DestinationKind } from "./deps.ts";
import { Problem, type ProblemDetail } from "./problem.ts";

type Given = Readonly<Record<string, SettingValue>>;

export interface SettingParts {
  readonly settings: Record<string, SettingValue>;
  /** Secret fields that were named: a new value, or `null` to clear it. */
  readonly secrets: Record<string, string | null>;
}

const withField = (name: string, message: string): ProblemDetail => ({
  type: "invalid",
  message,
  field: `settings.${name}`,
});

/** Separates secret from plain settings; on a change, plain ones that are not named keep their value. */
function split(kind: DestinationKind, given: Given, old: DestinationView | undefined): SettingParts {
  const settings: Record<string, SettingValue> = { ...old?.settings };
  const secrets: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!kind.fields.some((field) => field.name === name)) {
      throw new Problem(422, [withField(name, `${kind.name} has no such setting.`)]);
    }
    if (!kind.secretFields.includes(name)) {
      if (value === null) delete settings[name];
      else settings[name] = value;
    } else if (typeof value === "string" || value === null) {
      secrets[name] = value === "" ? null : value;
    } else throw new Problem(422, [withField(name, "A secret is text.")]);
  }
  return { settings, secrets };
}

/**
 * Checks `given` (and, on a change, what is kept of `old`) with the definition's schema. What is stored is what was
 * given, not what the schema made of it: the definition reads it again when it delivers. A secret that is kept
 * cannot be looked at here, so that it is missing is no mistake.
 */
export function readSettings(kind: DestinationKind, given: Given, old?: DestinationView): SettingParts {
  const parts = split(kind, given, old);
  const named = Object.entries(parts.secrets).filter(([, value]) => value !== null);
  const parsed = kind.settings.safeParse({ ...parts.settings, ...Object.fromEntries(named) });
  if (parsed.success) return parts;
  const problems = parsed.error.issues.filter(({ path }) => {
    const field = String(path[0] ?? "");
    return old?.secrets[field] !== true || field in parts.secrets;
  });
  if (problems.length === 0) return parts;
  throw new Problem(
    422,
    problems.map(({ path, message }) => withField(path.join("."), message)),
  );
}
