import { REPLAY } from "../../src/core/replay.ts";
import { isAtEnd } from "../../src/core/replay-steps.ts";
import type { StoredReplay } from "./replay-store.ts";
import type { ReplaysRoom } from "./room.ts";
import type { Track } from "./track-store.ts";

const byStart = (a: StoredReplay, b: StoredReplay): number =>
  (a.startedAt ?? 0) - (b.startedAt ?? 0) || (a.request.id < b.request.id ? -1 : 1);

/** Whether everything of a track is with the ledger: what it still waits for are ends. */
export function isHandedOver(track: Track, { steps, tracks }: Pick<ReplaysRoom, "steps" | "tracks">): boolean {
  const step = steps.find(track.replay, track.destination);
  const isChosen = step !== undefined && isAtEnd(step.cursor);
  return isChosen && track.opening === undefined && tracks.first(track) === undefined;
}

/**
 * What may be sent of running replays at this moment: to each destination those that were started first go first. One
 * that only waits for the last attempts of what has failed, which may take hours, is in nobody's way.
 */
export function tracksInTurn(
  room: Pick<ReplaysRoom, "replays" | "steps" | "tracks">,
): { readonly replay: StoredReplay; readonly track: Track }[] {
  const { replays, tracks } = room;
  const running = new Map<string, number>();
  return replays
    .inStatus("running")
    .toSorted(byStart)
    .flatMap((replay) => tracks.of(replay.request.id).map((track) => ({ replay, track })))
    .filter(({ track }) => {
      if (track.done) return false;
      if (isHandedOver(track, room) && track.seen.pending === track.seen.retrying) return true;
      const before = running.get(track.destination) ?? 0;
      running.set(track.destination, before + 1);
      return before < REPLAY.runningPerDestination;
    });
}
