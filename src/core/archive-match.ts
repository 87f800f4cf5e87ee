import type { SearchCriteria } from "./archive-search.ts";
import { compileHint, compileText } from "./archive-text.ts";
import { parseFilterCondition } from "./filter.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { compileSelection } from "./replay-select.ts";
import { err, ok, type Result } from "./result.ts";

/** When a line's event was received (ms), if it is what is searched for. */
export type Verdict = { readonly found: number } | "other" | "undecided";

/** Judges lines of NDJSON. Times decide by the event's own receivedAt. */
export type LineMatcher = (line: string) => Verdict;

export interface CriteriaProblem {
  readonly field: string;
  readonly message: string;
}

/** What can be told of a line without parsing it: false when it is surely not wanted. */
function compileHints({ text, userId, types, events }: SearchCriteria): ((line: string) => boolean)[] {
  const onlyTracks = types.every((type) => type === "track");
  return [
    ...(text === undefined ? [] : [compileText(text)]),
    ...(userId === undefined ? [] : [compileHint([userId])]),
    ...(events.length > 0 && onlyTracks ? [compileHint(events)] : []),
  ];
}

/** Prepares a search for many lines. */
export function compileMatch(criteria: SearchCriteria): Result<LineMatcher, CriteriaProblem> {
  const { filter, userId } = criteria;
  const condition = filter === undefined ? undefined : parseFilterCondition(filter);
  if (condition?.ok === false) {
    const { message, at } = condition.error;
    return err({ field: "filter", message: `The filter is no FQL: ${message} (at ${at})` });
  }
  const hints = compileHints(criteria);
  const select = compileSelection(criteria);
  return ok((line) => {
    if (!hints.every((holds) => holds(line))) return "other";
    const parsed = parseJson(line);
    const event = parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
    if (userId !== undefined && event?.["userId"] !== userId) return "other";
    const verdict = select(event);
    if (verdict === "selected") return { found: Date.parse(String(event?.["receivedAt"])) };
    return verdict === "unreadable" ? "undecided" : "other";
  });
}
