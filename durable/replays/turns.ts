import { REPLAY } from "../../src/core/replay.ts";
import type { StoredReplay } from "./replay-store.ts";
import type { ReplaysRoom } from "./room.ts";
import type { Track } from "./track-store.ts";

const byStart = (a: StoredReplay, b: StoredReplay): number =>
  (a.startedAt ?? 0) - (b.startedAt ?? 0) || (a.request.id < b.request.id ? -1 : 1);

/** What may be sent of running replays at this moment: to each destination those that were started first go first. */
export function tracksInTurn({
  replays,
  tracks,
}: Pick<ReplaysRoom, "replays" | "tracks">): { readonly replay: StoredReplay; readonly track: Track }[] {
  const running = new Map<string, number>();
  return replays
    .inStatus("running")
    .toSorted(byStart)
    .flatMap((replay) => tracks.of(replay.request.id).map((track) => ({ replay, track })))
    .filter(({ track }) => {
      if (track.done) return false;
      const before = running.get(track.destination) ?? 0;
      running.set(track.destination, before + 1);
      return before < REPLAY.runningPerDestination;
    });
}
