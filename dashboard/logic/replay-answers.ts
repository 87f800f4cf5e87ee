import type { ListedReplay, ReplayStatus, ReplayTrack } from "../api/replay-types.ts";
import { clip } from "./entry-text.ts";
import { isUnanswered, list, NO_MATCH, sentOf, sentWords } from "./replays.ts";
import { count, elapsed, plural } from "./times.ts";

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
  const taking = sending.filter((track) => !isUnanswered(track));
  if (taking.length === 0 && sending.length > 0) return silentAnswer(sending);
  const left = Math.max(0, ...taking.map(({ opened, gone }) => events - opened - gone));
  const others = open.length - taking.length;
  const without =
    others === 0
      ? ""
      : ` Not counted: ${plural(others, "destination")} that ${others === 1 ? "takes" : "take"} none at present.`;
  if (left === 0) return `All events are on their way; the last ones come to their end.${without}`;
  return `At ${plural(rate, "event")} a second it takes ${durationAt(left, rate)} more.${without}`;
}

/** Nothing is known of how long it takes where nothing is taken. */
function silentAnswer(tracks: readonly ReplayTrack[]): string {
  const [only, ...others] = tracks;
  const hasFailed = tracks.some(({ retrying }) => retrying > 0);
  if (only === undefined || others.length > 0)
    return hasFailed ? "No destination took an event yet." : "No destination answers yet.";
  const waiting = `${plural(only.pending, "event")} ${only.pending === 1 ? "waits" : "wait"} there`;
  return hasFailed
    ? `The destination took no event yet: ${waiting}.`
    : `The destination does not answer yet: ${waiting}.`;
}
