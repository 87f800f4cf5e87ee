import type { ListedReplay, ReplayStatus, ReplayTrack } from "../api/replay-types.ts";
import { clip } from "./entry-text.ts";
import { count, plural, share } from "./times.ts";

export const STATUS_WORDS: Readonly<Record<ReplayStatus, string>> = {
  checking: "dry run",
  ready: "ready to start",
  running: "sending",
  paused: "paused",
  cancelled: "cancelled",
  finished: "finished",
  failed: "failed",
};

export const sumOfReasons = (tally: Readonly<Record<string, number>>): number =>
  Object.values(tally).reduce((sum, n) => sum + n, 0);

/** Whether the next look will find something else. */
export const isMoving = ({ status, progress }: Pick<ListedReplay, "status" | "progress">): boolean =>
  status === "checking" ||
  status === "running" ||
  // What a destination has begun with comes to its end.
  ((status === "paused" || status === "cancelled") && progress.destinations.some(({ pending }) => pending > 0));

export const isOver = (status: ReplayStatus): boolean => status === "finished" || status === "cancelled";

/** Events of one destination that have come to an end of their own, whichever way. */
export const endedOf = ({ opened, pending, dropped }: ReplayTrack): number =>
  Math.max(0, opened - pending - (dropped["replay_cancelled"] ?? 0));

/** Whether events wait at a destination that has neither taken nor refused for good any so far. */
export const isUnanswered = ({ pending, delivered, abandoned }: ReplayTrack): boolean =>
  pending > 0 && delivered === 0 && sumOfReasons(abandoned) === 0;

/** The events that ended as a share of all, 0 to 1; with those that the archive no longer has. */
export function trackShare(track: ReplayTrack, { status, progress: { events } }: ListedReplay): number {
  if (events === 0) return 0;
  if (track.state === "done" && status !== "cancelled") return 1;
  return Math.min(1, (endedOf(track) + track.gone) / events);
}

export const NO_MATCH = "Nothing matched, so nothing was sent.";

/** How far a replay is in what it is doing, 0 to 1: its dry run, or its sending. Undefined: it is doing nothing. */
export function doneShare(replay: ListedReplay): number | undefined {
  const { status, progress, startTime, endTime } = replay;
  if (status === "ready") return undefined;
  if (status === "finished") return progress.events === 0 ? 0 : 1;
  const { destinations, checkedUntil } = progress;
  if (destinations.length > 0) {
    return destinations.reduce((sum, track) => sum + trackShare(track, replay), 0) / destinations.length;
  }
  if (checkedUntil === undefined) return 0;
  const [from, to] = [Date.parse(startTime), Date.parse(endTime)];
  return Math.min(1, Math.max(0, (Date.parse(checkedUntil) - from) / (to - from)));
}

export interface Sent {
  readonly delivered: number;
  readonly dropped: number;
  readonly givenUp: number;
  readonly gone: number;
}

/** What came of it at all destinations together. */
export const sentOf = ({ progress: { destinations } }: ListedReplay): Sent => ({
  delivered: destinations.reduce((sum, { delivered }) => sum + delivered, 0),
  dropped: destinations.reduce((sum, { dropped }) => sum + sumOfReasons(dropped), 0),
  givenUp: destinations.reduce((sum, { abandoned }) => sum + sumOfReasons(abandoned), 0),
  gone: destinations.reduce((sum, { gone }) => sum + gone, 0),
});

/** "1,180 delivered, 12 not sent, 3 given up". */
export function sentWords({ delivered, dropped, givenUp, gone }: Sent): string {
  const parts = [
    [delivered, "delivered"],
    [dropped, "not sent"],
    [givenUp, "given up"],
    [gone, "no longer in the archive"],
  ] as const;
  const words = parts.filter(([n], at) => n > 0 || at === 0).map(([n, word]) => `${count(n)} ${word}`);
  return words.join(", ");
}

/** One line for a list: how far it is. */
export function progressWords(replay: ListedReplay): string {
  const { status, progress } = replay;
  const started = progress.destinations.length > 0;
  if (status === "finished" && progress.events === 0) return "nothing matched";
  if (status === "ready") return plural(progress.events, "event");
  if (started && (isOver(status) || status === "failed")) return sentWords(sentOf(replay));
  if (started) return `${share(doneShare(replay) ?? 0, 1)} of ${plural(progress.events, "event")}`;
  if (status === "cancelled") return "nothing was sent";
  return `${plural(progress.events, "event")} so far`;
}

/** What it is about, in few words: what it is called where it was given no name. */
export function scopeWords({ types, events, filter }: Pick<ListedReplay, "types" | "events" | "filter">): string {
  const where = filter === undefined ? "" : " that match a filter";
  const [first, second, ...others] = events;
  if (first !== undefined) {
    const rest = second === undefined ? "" : others.length === 0 ? ` and ${clip(second, 40)}` : "";
    const more = others.length === 0 ? "" : ` and ${plural(others.length + 1, "other name")}`;
    const calls = types.filter((type) => type !== "track");
    return `${clip(first, 40)}${rest}${more}${calls.length > 0 ? `, and ${list(calls)} calls` : ""}${where}`;
  }
  if (types.length > 0) return `${capitalise(list(types))} calls${where}`;
  return filter === undefined ? "All events" : "Events that match a filter";
}

export const titleOf = (replay: Pick<ListedReplay, "name" | "types" | "events" | "filter">): string =>
  replay.name === undefined ? scopeWords(replay) : clip(replay.name, 120);

export const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

export const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
