import type { ListedReplay, ReplayStatus, ReplayTrack } from "../api/replay-types.ts";
import { clip } from "./entry-text.ts";
import { count, elapsed, plural, share } from "./times.ts";

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

/** The same as a share of all, 0 to 1; with those that the archive no longer has. */
export function trackShare(track: ReplayTrack, { status, progress: { events } }: ListedReplay): number {
  if (events === 0) return 0;
  if (track.state === "done" && status !== "cancelled") return 1;
  return Math.min(1, (endedOf(track) + track.gone) / events);
}

const NO_MATCH = "Nothing matched, so nothing was sent.";

/** How far it is with one destination, in figures. */
export function trackFigures(track: ReplayTrack, { status, progress: { events } }: ListedReplay): string {
  const { state, opened, pending } = track;
  const isWhole = state === "done" && status !== "cancelled";
  if (isWhole && events === 0) return NO_MATCH;
  if (isWhole) return `${plural(opened, "event")} handed over, all at their end.`;
  const ended = endedOf(track);
  const onTheirWay = pending > 0 ? `, ${count(pending)} on their way` : "";
  return `${count(ended)} of ${plural(events, "event")} (${share(ended, events)}) done${onTheirWay}.`;
}

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

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The answer of the list: what is under way, or waits for somebody. */
export function replaysAnswer(replays: readonly ListedReplay[], more: boolean): string {
  const of = (...wanted: readonly ReplayStatus[]): number =>
    replays.filter(({ status }) => wanted.includes(status)).length;
  if (replays.length === 0) return "Nothing was sent again yet.";
  const parts = [
    [of("running"), "sending"],
    [of("failed"), "failed"],
    [of("paused"), "paused"],
    [of("ready"), "ready to start"],
    [of("checking"), "in its dry run"],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, word]) => `${count(n)} ${word}`);
  const total = `${more ? "More than " : ""}${plural(replays.length, "replay")}`;
  return words.length === 0 ? `${total}; none is under way.` : `${total}: ${list(words)}.`;
}

/** How long so many events take at a rate; the fastest it can be. */
export const durationAt = (events: number, rate: number): string =>
  events <= rate ? "about a second" : `about ${elapsed(Math.ceil((events / rate) * 1000))}`;

/** The answer of one replay's page. */
export function replayAnswer(replay: ListedReplay): string {
  const { status, progress, error, rate } = replay;
  const started = progress.destinations.length > 0;
  switch (status) {
    case "checking":
      return progress.checkedUntil === undefined
        ? "The dry run begins in some seconds. Nothing is sent."
        : `The dry run is under way: ${plural(progress.events, "event")} so far. Nothing is sent.`;
    case "ready":
      return progress.events === 0 ? "It is about no event at all." : "The dry run is done. Nothing has been sent.";
    case "running":
      return runningAnswer(progress.destinations, progress.events, rate);
    case "paused":
      return "Nothing more is sent until it is resumed.";
    case "cancelled":
      return started ? `${sentWords(sentOf(replay))} before it was cancelled.` : "Nothing was sent.";
    case "finished":
      return progress.events === 0 ? NO_MATCH : `${sentWords(sentOf(replay))}.`;
    case "failed":
      return `${started ? "It stopped" : "The dry run stopped"}: ${clip(error ?? "the reason is not known", 300)}`;
    default:
      return status satisfies never;
  }
}

function runningAnswer(tracks: readonly ReplayTrack[], events: number, rate: number): string {
  const open = tracks.filter(({ state }) => state !== "done");
  const sending = open.filter(({ state }) => state === "sending");
  if (sending.length === 0 && open.length > 0) {
    return open.every(({ state }) => state === "waiting")
      ? "Waiting for its turn: another replay to the same destination goes first."
      : "Held up: no destination takes events at this moment.";
  }
  const left = Math.max(0, ...sending.map(({ opened, gone }) => events - opened - gone));
  if (left === 0) return "All events are on their way; the last ones come to their end.";
  return `At ${plural(rate, "event")} a second it takes ${durationAt(left, rate)} more.`;
}

/** Why a destination does not go on, or how it does. */
export function trackSentence({ state, heldBy, pending, retrying }: ReplayTrack, status: ReplayStatus): string {
  const waiting = retrying > 0 ? ` ${plural(retrying, "event")} failed and will be tried again.` : "";
  if (state === "done") return "";
  if (status === "cancelled") return pending > 0 ? "What was begun comes to its end." : "";
  if (status === "paused") return pending > 0 ? `What was handed over is still sent.${waiting}` : waiting.trim();
  if (status === "failed") return "";
  if (state === "waiting") return "Waits: another replay to this destination was started earlier and goes first.";
  if (heldBy === "destination_paused") return "This destination is paused: it goes on once it is resumed there.";
  if (heldBy === "destination_down")
    return `This destination is down: it goes on by itself once it takes events again.${waiting}`;
  return waiting.trim();
}

/** A word for one destination of a replay. */
export function trackWord({ state }: ReplayTrack, status: ReplayStatus): string {
  if (state === "done" && status !== "cancelled") return "done";
  if (status === "running" && state !== "done")
    return { waiting: "waiting", sending: "sending", held: "held up" }[state];
  return STATUS_WORDS[status];
}
