import type { DestinationView, SettingValue } from "../core/catalog.ts";
import type { DestinationField, DestinationKind } from "../core/destination-kind.ts";
import { fieldProblem, isRequired, plainCredential } from "../core/setting-rules.ts";
import type { ApiDeps, Complaint, Settings, SettingsTrial } from "./deps.ts";
import { Problem, type ProblemDetail } from "./problem.ts";

export interface SettingParts {
  readonly settings: Record<string, SettingValue>;
  /** Secret fields that were named: a new value, or `null` to clear it. */
  readonly secrets: Record<string, string | null>;
}

const PLAIN_CREDENTIAL = "A header that lets somebody in belongs under secret headers, where it is sealed.";

const withField = ({ field, message }: Complaint): ProblemDetail => ({
  type: "invalid",
  message,
  field: field === undefined ? "settings" : `settings.${field}`,
});

function refuseAll(complaints: readonly Complaint[]): void {
  if (complaints.length > 0) throw new Problem(422, complaints.map(withField));
}

/** Whatever has settings: a kind of destination or of warehouse. */
export interface SettingForm {
  readonly name: string;
  readonly fields: readonly DestinationField[];
}

/** What is stored already; of secrets only that they are there. */
export type StoredSettings = Pick<DestinationView, "settings" | "secrets">;

/** Separates secret from plain settings; `kept` are the plain ones that hold unless they are named. */
function split(kind: SettingForm, given: Settings, kept: Settings): SettingParts {
  const settings: Record<string, SettingValue> = { ...kept };
  const secrets: Record<string, string | null> = {};
  const complaints: Complaint[] = [];
  for (const [name, value] of Object.entries(given)) {
    const field = kind.fields.find((one) => one.name === name);
    if (field === undefined) complaints.push({ field: name, message: `${kind.name} has no such setting.` });
    else if (!field.secret && value === null) delete settings[name];
    else if (!field.secret) settings[name] = value;
    else if (typeof value === "string" || value === null) secrets[name] = value === "" ? null : value;
    else complaints.push({ field: name, message: "A secret is text." });
  }
  refuseAll(complaints);
  return { settings, secrets };
}

/** A secret is known to be there without being known; a text that is empty is not there. */
const isMissing = (value: SettingValue | undefined): boolean => value === undefined || value === null || value === "";

function complaintAbout(
  field: DestinationField,
  parts: SettingParts,
  all: Settings,
  kept: boolean,
): Complaint | undefined {
  const value = field.secret ? parts.secrets[field.name] : parts.settings[field.name];
  if (isMissing(value)) {
    if (kept || !isRequired(field.required, all)) return undefined;
    return { field: field.name, message: `${field.label} is required.` };
  }
  const message = fieldProblem(field, value ?? null);
  return message === undefined ? undefined : { field: field.name, message };
}

/** What viewers would see, and should not. */
function exposed(field: DestinationField, { settings }: SettingParts, old?: StoredSettings): Complaint | undefined {
  const { name, type, secret } = field;
  if (type !== "map" || secret) return undefined;
  const entry = plainCredential(settings[name] ?? null, old?.settings[name]);
  return entry === undefined ? undefined : { field: `${name}.${entry}`, message: PLAIN_CREDENTIAL };
}

/** Every setting by the rules of its field. A secret that is kept cannot be looked at, so its absence is no mistake. */
function checkFields(kind: SettingForm, parts: SettingParts, old?: StoredSettings): void {
  const all: Settings = { ...parts.settings, ...parts.secrets };
  const complaints = kind.fields.flatMap((field) => {
    const kept = field.secret && old?.secrets[field.name] === true && !(field.name in parts.secrets);
    return complaintAbout(field, parts, all, kept) ?? exposed(field, parts, old) ?? [];
  });
  refuseAll(complaints);
}

/** Settings by the rules of their fields: what is not named stays as in `old`, or has its field's default. */
export function settingParts(form: SettingForm, given: Settings, old?: StoredSettings): SettingParts {
  const parts = split(form, given, old?.settings ?? defaultsOf(form));
  checkFields(form, parts, old);
  return parts;
}

/** For a trial: with the secrets of `old` that nobody has named. */
function trialOf(kind: DestinationKind, parts: SettingParts, old?: DestinationView): SettingsTrial {
  const trial = { metadataId: kind.id, ...parts };
  if (old === undefined) return trial;
  const secrets = Object.keys(old.secrets).filter((name) => !(name in parts.secrets));
  return { ...trial, stored: { destinationId: old.id, secrets } };
}

/** What the kind's own code has against them, once the fields are in order. */
async function checkWhole(deps: ApiDeps, kind: DestinationKind, parts: SettingParts, old?: DestinationView) {
  refuseAll(await deps.trials.settings(trialOf(kind, parts, old)));
}

/** What a new destination starts from; a default that its own field does not allow (there is one) is none. */
function defaultsOf({ fields }: SettingForm): Settings {
  const found = fields.flatMap((field) => {
    const value = field.secret ? undefined : (field.defaultValue as SettingValue | undefined);
    return value === undefined || fieldProblem(field, value) !== undefined ? [] : [[field.name, value] as const];
  });
  return Object.fromEntries(found);
}

/** Settings of a new destination: those not given have the default of their field. */
export async function newSettings(deps: ApiDeps, kind: DestinationKind, given: Settings): Promise<SettingParts> {
  const parts = settingParts(kind, given);
  await checkWhole(deps, kind, parts);
  return parts;
}

/** A change: what is not named stays as it is. */
export async function changedSettings(
  deps: ApiDeps,
  kind: DestinationKind,
  given: Settings,
  old: DestinationView,
): Promise<SettingParts> {
  const parts = settingParts(kind, given, old);
  await checkWhole(deps, kind, parts, old);
  return parts;
}

/** Settings to be tried, checked as if they were to be kept; secrets of `old` that are not named stay. */
export function triedSettings(kind: DestinationKind, given: Settings, old?: DestinationView): SettingsTrial {
  const parts = split(kind, given, old?.settings ?? {});
  checkFields(kind, parts, old);
  return trialOf(kind, parts, old);
}
