import type { ListedReplay, NewReplay } from "../api/replay-types.ts";
import type { Destination, Source } from "../api/types.ts";
import { fieldText } from "./export-hours.ts";
import { ALL } from "./filter-condition.ts";
import type { DraftSearch } from "./replay-params.ts";
import { type ReplayRangeId, replayRangeOf, type Window } from "./replay-range.ts";

export const TYPES = ["track", "identify", "page", "screen", "group", "alias"] as const;

/** As the control plane bounds it (core/replay, REPLAY). */
const MOST_DESTINATIONS = 10;
const MOST_NAMES = 200;
const MOST_RATE = 10_000;
const USUAL_RATE = "100";
/** Longer addresses are refused on the way; the draft is then only on the page. */
const MOST_ADDRESS = 4000;

/** A replay while it is being put together. */
export interface ReplayDraft {
  readonly name: string;
  readonly sourceId: string;
  readonly destinationIds: readonly string[];
  readonly range: ReplayRangeId;
  /** Texts of date-and-time fields, UTC; of use with the range "own". */
  readonly from: string;
  readonly to: string;
  /** Empty for all. */
  readonly types: readonly string[];
  /** Names of track calls; empty for all. */
  readonly events: readonly string[];
  /** Server FQL; "all" for none. */
  readonly condition: string;
  /** As it is typed: events a second. */
  readonly rate: string;
}

/** The draft that an address describes. Ids are joined by commas, names are a JSON list: they may hold commas. */
export function draftOf(search: DraftSearch, now: number): ReplayDraft {
  const [from, to] = [timeText(search.from), timeText(search.to)];
  const own = from !== undefined && to !== undefined;
  return {
    name: search.name ?? "",
    sourceId: search.source ?? "",
    destinationIds: parts(search.destination),
    range: own ? "own" : replayRangeOf(search.range),
    from: from ?? fieldText(now - 3_600_000),
    to: to ?? fieldText(now),
    types: parts(search.types).filter((type) => TYPES.some((known) => known === type)),
    events: namesOf(search.events),
    condition: search.filter ?? ALL,
    rate: search.rate ?? USUAL_RATE,
  };
}

/** The other way; undefined when it is too long for an address. */
export function searchOf(draft: ReplayDraft): DraftSearch | undefined {
  const own = draft.range === "own";
  const search = {
    name: draft.name,
    source: draft.sourceId,
    destination: draft.destinationIds.join(","),
    range: own ? "" : draft.range,
    from: own ? draft.from : "",
    to: own ? draft.to : "",
    types: draft.types.join(","),
    events: draft.events.length === 0 ? "" : JSON.stringify(draft.events),
    filter: draft.condition === ALL ? "" : draft.condition,
    rate: draft.rate === USUAL_RATE ? "" : draft.rate,
  };
  const given = Object.fromEntries(Object.entries(search).filter(([, text]) => text !== ""));
  return new URLSearchParams(given).toString().length > MOST_ADDRESS ? undefined : given;
}

/** The draft of another replay like this one. */
export const draftLike = (replay: ListedReplay): ReplayDraft => ({
  name: replay.name ?? "",
  sourceId: replay.sourceId,
  destinationIds: replay.destinationIds,
  range: "own",
  from: fieldText(Date.parse(replay.startTime)),
  // Times of fields are whole minutes: the last one is taken in.
  to: fieldText(Math.ceil(Date.parse(replay.endTime) / 60_000) * 60_000),
  types: replay.types,
  events: replay.events,
  condition: replay.filter ?? ALL,
  rate: String(replay.rate),
});

/**
 * The draft with a source that there is and destinations of it: those that are asked for, else the only one there is; of
 * several, the user chooses.
 */
export function withLikely(
  draft: ReplayDraft,
  sources: readonly Pick<Source, "id">[],
  destinations: readonly Pick<Destination, "id" | "sourceIds">[],
): ReplayDraft {
  const asked = draft.destinationIds.flatMap((id) => destinations.find((one) => one.id === id) ?? []);
  const known = sources.some(({ id }) => id === draft.sourceId);
  const sourceId = known ? draft.sourceId : (asked[0]?.sourceIds[0] ?? (sources.length === 1 ? sources[0]!.id : ""));
  const connected = destinations.filter(({ sourceIds }) => sourceIds.includes(sourceId));
  const chosen = connected.filter(({ id }) => draft.destinationIds.includes(id));
  const ids = (chosen.length === 0 && connected.length === 1 ? connected : chosen).map(({ id }) => id);
  return { ...draft, sourceId, destinationIds: ids };
}

/** Times in links are of any precision, or dates alone. */
function timeText(text: string | undefined): string | undefined {
  const at = Date.parse(
    text === undefined || /Z$|[+-]\d\d:\d\d$/.test(text) || !text.includes("T") ? (text ?? "") : `${text}Z`,
  );
  return Number.isNaN(at) ? undefined : fieldText(at);
}

const parts = (text = ""): readonly string[] => text.split(",").filter((part) => part !== "");

function namesOf(text: string | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    const names = Array.isArray(value) ? (value as unknown[]) : [];
    return names.filter((name) => typeof name === "string").slice(0, MOST_NAMES);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Whether names of track calls mean anything beside these types. */
export const takesNames = (types: readonly string[]): boolean => types.length === 0 || types.includes("track");

export const rateOf = (text: string): number | undefined => {
  const rate = Number(text);
  return /^\d{1,5}$/.test(text.trim()) && rate >= 1 && rate <= MOST_RATE ? rate : undefined;
};

/** By field, what has to be put right before it can be asked for. `typed`: a name that was not added yet. */
export function draftProblems(
  draft: ReplayDraft,
  window: Window | string,
  typed: string,
): Readonly<Record<string, string>> {
  const { sourceId, destinationIds, rate, types, events } = draft;
  return {
    ...(sourceId === "" ? { sourceId: "Choose a source." } : {}),
    ...(destinationIds.length === 0 ? { destinationIds: "Choose at least one destination." } : {}),
    ...(destinationIds.length > MOST_DESTINATIONS
      ? { destinationIds: `A replay goes to ${MOST_DESTINATIONS} destinations at most.` }
      : {}),
    ...(typeof window === "string" ? { endTime: window } : {}),
    ...(typed.trim() !== "" && takesNames(types) ? { events: "Add this name, or clear the field." } : {}),
    ...(events.length > MOST_NAMES ? { events: `At most ${MOST_NAMES} names.` } : {}),
    ...(rateOf(rate) === undefined ? { rate: "A whole number from 1 to 10,000." } : {}),
  };
}

/** What to ask for; the draft has no problems. */
export function requestOf(draft: ReplayDraft, { from, to }: Window, rate: number): Omit<NewReplay, "id"> {
  const { name, sourceId, destinationIds, types, events, condition } = draft;
  return {
    ...(name.trim() === "" ? {} : { name: name.trim() }),
    sourceId,
    destinationIds,
    startTime: new Date(from).toISOString(),
    endTime: new Date(to).toISOString(),
    types,
    events: takesNames(types) ? events : [],
    ...(condition.trim() === ALL ? {} : { filter: condition.trim() }),
    rate,
  };
}
