import type { Filter, FilterAction } from "../api/delivery-types.ts";
import { ALL, conditionText, insideNot } from "./filter-condition.ts";

/** `ONLY`: everything else is dropped, which is stored as a drop with the condition turned around. */
export type ActionKind = FilterAction["type"] | "ONLY";

export interface ActionDraft {
  readonly type: ActionKind;
  /** As it is typed, 0 to 100. */
  readonly percent: string;
  readonly path: string;
  /** One field a line, as its dotted path. */
  readonly fields: string;
}

/** A filter while it is edited. */
export interface FilterDraft {
  readonly title: string;
  readonly sourceId: string;
  /** FQL, or `all`. */
  readonly condition: string;
  readonly actions: readonly ActionDraft[];
}

/** What is saved of it. */
export interface FilterBody {
  readonly title: string;
  readonly if: string;
  readonly actions: readonly FilterAction[];
}

export const ACTION_WORDS: Record<ActionKind, string> = {
  DROP: "Drop them",
  ONLY: "Only send them, drop all others",
  SAMPLE: "Send a share of them",
  DROP_PROPERTIES: "Remove fields from them",
  ALLOW_PROPERTIES: "Keep only some fields of them",
};

export const newAction = (type: ActionKind): ActionDraft => ({ type, percent: "10", path: "", fields: "" });

export const newFilter = (sourceId: string): FilterDraft => ({
  title: "",
  sourceId,
  condition: 'type = "track"',
  actions: [newAction("DROP")],
});

export function draftOf({ title, sourceId, if: condition, actions }: Filter): FilterDraft {
  const turned = actions.length === 1 && actions[0]?.type === "DROP" ? insideNot(condition) : undefined;
  if (turned !== undefined) return { title, sourceId, condition: turned, actions: [newAction("ONLY")] };
  return { title, sourceId, condition, actions: actions.map(actionDraft) };
}

function actionDraft(action: FilterAction): ActionDraft {
  const draft = newAction(action.type);
  if (action.type === "SAMPLE") return { ...draft, percent: percentText(action.percent), path: action.path ?? "" };
  return "fields" in action ? { ...draft, fields: fieldsText(action.fields) } : draft;
}

/** 0.07 → "7", without what binary fractions add. */
const percentText = (share: number): string => String(Number((share * 100).toPrecision(12)));

/** What a draft means; `undefined` while it is not complete. */
export function bodyOf({ title, condition, actions }: FilterDraft): FilterBody | undefined {
  const read = actions.map(actionOf);
  if (condition.trim() === "" || !read.every((one) => one !== undefined)) return undefined;
  const only = actions.some(({ type }) => type === "ONLY");
  return { title, if: only ? `!(${condition.trim()})` : condition.trim(), actions: read };
}

function actionOf({ type, percent, path, fields }: ActionDraft): FilterAction | undefined {
  if (type === "DROP" || type === "ONLY") return { type: "DROP" };
  if (type === "SAMPLE") {
    const share = Number(percent) / 100;
    if (percent.trim() === "" || !(share >= 0 && share <= 1)) return undefined;
    return { type, percent: Number(share.toPrecision(12)), ...(path.trim() === "" ? {} : { path: path.trim() }) };
  }
  const read = readFields(fields);
  return Object.keys(read).length === 0 ? undefined : { type, fields: read };
}

/** Why an action is not complete, in words; nothing when it is. */
export function actionProblem(action: ActionDraft, alone: boolean): string | undefined {
  if (action.type === "ONLY" && !alone) return "“Only send” stands alone: it drops all others.";
  if (actionOf(action) !== undefined) return undefined;
  return action.type === "SAMPLE" ? "A share is between 0 and 100\u00a0%." : "Name at least one field.";
}

/** What a draft needs before it can be saved, in words; nothing when it can. `complete`: all of its conditions are. */
export function missingIn({ title, actions }: FilterDraft, complete: boolean): string | undefined {
  if (title.trim() === "") return "It needs a name.";
  if (!complete) return "A condition is not complete.";
  return actions.map((action) => actionProblem(action, actions.length === 1)).find((problem) => problem !== undefined);
}

/** "properties.email" is `email` of `properties`, "userId" one of the event itself: `{properties: ["email"], "": ["userId"]}`. */
export function readFields(text: string): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const line of text.split(/[\n,]/)) {
    const [, object = "", name = ""] = /^(?:([^]*(?:^|[^\\])(?:\\\\)*)\.)?((?:\\[^]|[^.\\])+)$/.exec(line.trim()) ?? [];
    if (name === "") continue;
    (fields[object] ??= []).push(name.replaceAll(/\\([^])/g, "$1"));
  }
  return fields;
}

export const fieldsText = (fields: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(fields)
    .flatMap(([object, names]) =>
      names.map((name) => `${object === "" ? "" : `${object}.`}${name.replaceAll(/[.\\]/g, String.raw`\$&`)}`),
    )
    .join("\n");

/** What a filter does, in a sentence. */
export function filterWords({ if: condition, actions }: Pick<Filter, "if" | "actions">): string {
  const turned = actions.length === 1 && actions[0]?.type === "DROP" ? insideNot(condition) : undefined;
  if (turned !== undefined) return `Only sends: ${conditionText(turned)}`;
  const which = condition.trim() === ALL ? "all events" : conditionText(condition);
  return `${actions.map(actionWords).join("; ")}: ${which}`;
}

function actionWords(action: FilterAction): string {
  switch (action.type) {
    case "DROP":
      return "Drops";
    case "SAMPLE":
      return `Sends ${percentText(action.percent)}\u00a0%${action.path === undefined ? "" : ` by ${action.path}`}`;
    case "DROP_PROPERTIES":
      return `Removes ${fieldsText(action.fields).replaceAll("\n", ", ")}`;
    case "ALLOW_PROPERTIES":
      return `Keeps only ${fieldsText(action.fields).replaceAll("\n", ", ")}`;
  }
}
