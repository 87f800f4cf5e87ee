import { directiveProblem, isDirective, isObject } from "./directive.ts";

/**
 * One value of a mapping as the editor holds it: what a person sees, also while it is not complete. `draftOf` and
 * `valueOf` are each other's reverse for every value.
 */
export type FieldDraft =
  | { readonly kind: "nothing" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  /** `path` as it is stored: mostly with the leading `$.`. */
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "template"; readonly text: string }
  /** The first of two paths that has a value. */
  | { readonly kind: "either"; readonly path: string; readonly otherwise: string }
  | { readonly kind: "object"; readonly fields: FieldDrafts }
  /** A list from the event, each item shaped by fields whose paths begin at the item. */
  | { readonly kind: "list"; readonly path: string; readonly fields: FieldDrafts }
  | { readonly kind: "json"; readonly text: string };

export type FieldDrafts = Readonly<Record<string, FieldDraft>>;
export type DraftKind = FieldDraft["kind"];

/** Problems by the dotted key of their field. */
export type DraftProblems = Readonly<Record<string, string>>;

const MARK = "$.";
export const NOTHING: FieldDraft = { kind: "nothing" };

/** The path of the event itself. */
export const WHOLE_EVENT = MARK;

/** A path as it is shown and typed: without the mark, unless that is all of it. */
export const shownPath = (path: string): string =>
  path.startsWith(MARK) && path !== WHOLE_EVENT ? path.slice(MARK.length) : path;
export const storedPath = (shown: string): string =>
  shown === "" || shown === "$" || shown.startsWith(MARK) ? shown : `${MARK}${shown}`;

export function draftOf(value: unknown): FieldDraft {
  if (value === undefined) return NOTHING;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return { kind: "literal", value };
  }
  if (!isObject(value)) return json(value);
  if (!isDirective(value)) return { kind: "object", fields: draftsOf(value) };
  return directiveDraft(value) ?? json(value);
}

export const draftsOf = (values: Readonly<Record<string, unknown>>): FieldDrafts =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, draftOf(value)]));

const json = (value: unknown): FieldDraft => ({ kind: "json", text: JSON.stringify(value, null, 2) });

/** The directives that have a form of their own. */
function directiveDraft(value: Readonly<Record<string, unknown>>): FieldDraft | undefined {
  const entries = Object.entries(value);
  const [key, content] = entries[0]!;
  if (entries.length > 1) return undefined;
  if (key === "@path" && typeof content === "string") return { kind: "path", path: content };
  if (key === "@template" && typeof content === "string") return { kind: "template", text: content };
  if (key === "@if") return eitherDraft(content);
  if (key === "@arrayPath" && Array.isArray(content) && content.length === 2) {
    const [path, shape] = content as [unknown, unknown];
    if (typeof path === "string" && isObject(shape) && !isDirective(shape)) {
      return { kind: "list", path, fields: draftsOf(shape) };
    }
  }
  return undefined;
}

/** "This one, else that one", which is what most conditions in mappings are. */
function eitherDraft(content: unknown): FieldDraft | undefined {
  if (!isObject(content) || Object.keys(content).join() !== "exists,then,else") return undefined;
  const [exists, then, otherwise] = [content["exists"], content["then"], content["else"]].map(pathIn);
  if (exists === undefined || exists !== then || otherwise === undefined) return undefined;
  return { kind: "either", path: exists, otherwise };
}

const pathIn = (value: unknown): string | undefined =>
  isObject(value) && Object.keys(value).join() === "@path" && typeof value["@path"] === "string"
    ? value["@path"]
    : undefined;

/** The value that is stored; `undefined` when there is nothing to store. Text that is no JSON is left out. */
export function valueOf(draft: FieldDraft): unknown {
  switch (draft.kind) {
    case "nothing":
      return undefined;
    case "literal":
      return draft.value;
    case "path":
      return { "@path": draft.path };
    case "template":
      return { "@template": draft.text };
    case "either": {
      const first = { "@path": draft.path };
      const parts = [
        ["exists", first],
        ["then", first],
        ["else", { "@path": draft.otherwise }],
      ] as const;
      return { "@if": Object.fromEntries(parts) };
    }
    case "object":
      return valuesOf(draft.fields);
    case "list":
      return { "@arrayPath": [draft.path, valuesOf(draft.fields)] };
    case "json":
      return parsed(draft.text)?.value;
    default:
      return draft satisfies never;
  }
}

/** The mapping itself: fields that send nothing are left out. */
export const valuesOf = (drafts: FieldDrafts): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(drafts)
      .map(([key, draft]) => [key, valueOf(draft)] as const)
      .filter(([, value]) => value !== undefined),
  );

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What is not complete or not valid, by the dotted key of its field. */
export function problemsIn(drafts: FieldDrafts, within = ""): DraftProblems {
  const found: Record<string, string> = {};
  for (const [key, draft] of Object.entries(drafts)) {
    const at = `${within}${key}`;
    const problem = draftProblem(draft);
    if (problem !== undefined) found[at] = problem;
    if (draft.kind === "object" || draft.kind === "list") Object.assign(found, problemsIn(draft.fields, `${at}.`));
  }
  return found;
}

function draftProblem(draft: FieldDraft): string | undefined {
  const missing = "Which field of the event? Choose one, or send nothing.";
  switch (draft.kind) {
    case "path":
    case "list":
      return draft.path === "" ? missing : undefined;
    case "either":
      return draft.path === "" || draft.otherwise === "" ? missing : undefined;
    case "json": {
      const content = parsed(draft.text);
      return content === undefined ? "This is not JSON." : directiveProblem(content.value);
    }
    default:
      return undefined;
  }
}
