import type { ListedReplay, ReplayStatus, ReplayTrack } from "../api/replay-types.ts";
import { endedOf, isUnanswered, NO_MATCH, STATUS_WORDS } from "./replays.ts";
import { count, plural, share } from "./times.ts";

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

/** Why a destination does not go on, or how it does. */
export function trackSentence(track: ReplayTrack, status: ReplayStatus): string {
  const { state, heldBy, pending, retrying } = track;
  const waiting = retrying > 0 ? ` ${plural(retrying, "event")} failed and will be tried again.` : "";
  if (state === "done") return "";
  if (status === "cancelled") return pending > 0 ? "What was begun comes to its end." : "";
  if (status === "paused") return pending > 0 ? `What was handed over is still sent.${waiting}` : waiting.trim();
  if (status === "failed") return "";
  if (state === "waiting") return "Waits: another replay to this destination was started earlier and goes first.";
  if (heldBy === "destination_paused") return "This destination is paused: it goes on once it is resumed there.";
  if (heldBy === "destination_down")
    return `This destination is down: it goes on by itself once it takes events again.${waiting}`;
  if (isUnanswered(track)) return retrying > 0 ? `It took no event yet.${waiting}` : "It does not answer yet.";
  return waiting.trim();
}

/** A word for one destination of a replay. */
export function trackWord({ state }: ReplayTrack, status: ReplayStatus): string {
  if (state === "done" && status !== "cancelled") return "done";
  if (status === "running" && state !== "done")
    return { waiting: "waiting", sending: "sending", held: "held up" }[state];
  return STATUS_WORDS[status];
}

/** Whether something is tried at a destination again, at a time that its ledger knows. */
export const isTriedAgain = ({ state, heldBy, retrying }: ReplayTrack, status: ReplayStatus): boolean =>
  status !== "failed" && state !== "done" && heldBy !== "destination_paused" && (heldBy !== undefined || retrying > 0);
