import type { ArchiveSearchParams } from "./archive-params.ts";
import { fieldText } from "./export-hours.ts";
import { TYPES } from "./replay-draft.ts";
import { type ReplayRangeId, replayRangeOf, type Window } from "./replay-range.ts";

export type Order = "desc" | "asc";

/** What is searched for, as a form holds it. */
export interface Question {
  /** Occurs anywhere in the event. */
  readonly text: string;
  readonly userId: string;
  /** Empty for all. */
  readonly types: readonly string[];
  /** Names of track calls; empty for all. */
  readonly events: readonly string[];
  /** Server FQL; empty for none. */
  readonly filter: string;
  readonly range: ReplayRangeId;
  /** Texts of date-and-time fields, UTC; of use with the range "own". */
  readonly from: string;
  readonly to: string;
  readonly order: Order;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** The question in an address. Types are joined by commas, names are a JSON list: they may hold commas. */
export function questionOf(search: ArchiveSearchParams, now: number): Question {
  const own = search.from !== undefined && search.to !== undefined;
  return {
    text: search.q ?? "",
    userId: search.user ?? "",
    types: (search.types ?? "").split(",").filter((type) => TYPES.some((known) => known === type)),
    events: namesOf(search.events),
    filter: search.filter ?? "",
    range: own ? "own" : rangeOf(search.range),
    from: search.from ?? fieldText(now - HOUR),
    to: search.to ?? fieldText(Math.ceil(now / MINUTE) * MINUTE),
    order: search.order === "asc" ? "asc" : "desc",
  };
}

/** The other way; what is as usual leaves no trace. */
export function addressOf(question: Question): ArchiveSearchParams {
  const { text, userId, types, events, filter, range, from, to, order } = question;
  const own = range === "own";
  return {
    q: text.trim() === "" ? "" : text,
    user: userId,
    types: types.join(","),
    events: events.length === 0 ? "" : JSON.stringify(events),
    filter: filter.trim(),
    range: own || range === "24h" ? "" : range,
    from: own ? from : "",
    to: own ? to : "",
    order: order === "asc" ? "asc" : "",
  };
}

/** "From … to …" without its times is no range. */
const rangeOf = (text: string | undefined): ReplayRangeId => {
  const range = replayRangeOf(text);
  return range === "own" ? "24h" : range;
};

function namesOf(text = "[]"): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value)
      ? (value as unknown[]).filter((name) => typeof name === "string" && name !== "").map(String)
      : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Whether anything but the time and the order is asked for. */
export const isNarrowed = ({ text, userId, types, events, filter }: Question): boolean =>
  text.trim() !== "" || userId !== "" || types.length > 0 || events.length > 0 || filter.trim() !== "";

/** How many of the conditions that are folded away are set. */
export const foldedCount = ({ userId, types, events, filter }: Question): number =>
  [userId !== "", types.length > 0, events.length > 0, filter.trim() !== ""].filter(Boolean).length;

/** A page of a search: as the control plane is asked for it. */
export interface Page {
  readonly question: Question;
  readonly window: Window;
  readonly cursor?: string;
}

/** Events a page holds at most. */
export const PAGE_EVENTS = 100;

/** The parameters of GET …/archive/search. */
export function pageParams({ question, window, cursor }: Page): URLSearchParams {
  const { text, userId, types, events, filter, order } = question;
  const params = new URLSearchParams({ order, limit: String(PAGE_EVENTS), ...windowParams(window) });
  if (text.trim() !== "") params.set("text", text);
  if (userId !== "") params.set("userId", userId);
  if (filter.trim() !== "") params.set("filter", filter.trim());
  for (const type of types) params.append("types", type);
  for (const name of takesNames(types) ? events : []) params.append("events", name);
  if (cursor !== undefined) params.set("cursor", cursor);
  return params;
}

const takesNames = (types: readonly string[]): boolean => types.length === 0 || types.includes("track");

/** `[from, to)` of receivedAt; from the first event on where `from` is 0. */
export const windowParams = ({ from, to }: Window): Readonly<Record<string, string>> => ({
  ...(from <= 0 ? {} : { startTime: new Date(from).toISOString() }),
  endTime: new Date(to).toISOString(),
});

/** Where these events can be sent again; `exact` unless something cannot be said in a replay. */
export function replayOf(sourceId: string, question: Question): { readonly href: string; readonly exact: boolean } {
  const { text, userId, types, events, filter, range, from, to } = question;
  const quoted = quotedText(userId);
  const user = userId === "" || quoted === undefined ? "" : `userId = ${quoted}`;
  const both = filter.trim() !== "" && user !== "";
  const params = {
    source: sourceId,
    ...(range === "own" ? { from, to } : { range }),
    types: types.join(","),
    events: events.length === 0 ? "" : JSON.stringify(events),
    filter: both ? `(${filter.trim()}) and ${user}` : `${filter.trim()}${user}`,
  };
  const given = Object.entries(params).filter(([, value]) => value !== "");
  return {
    href: `/replays/new?${new URLSearchParams(given)}`,
    exact: text.trim() === "" && (userId === "" || quoted !== undefined),
  };
}

/** FQL's texts know no escapes: one kind of quotes holds the other; a text with both cannot be said. */
function quotedText(text: string): string | undefined {
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? undefined : `'${text}'`;
}
