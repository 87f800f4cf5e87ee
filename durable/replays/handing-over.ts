import { sizeOf } from "../../src/core/cell-runs.ts";
import { replayJobId } from "../../src/core/replay.ts";
import { aheadAfter, allowanceAt, endedOf, nextLines, REPLAY_PACE, roomAt } from "../../src/core/replay-pacing.ts";
import type { ReplayAtDestination } from "../../src/core/replay-ledger.ts";
import type { StoredReplay } from "./replay-store.ts";
import type { ReplaysRoom } from "./room.ts";
import type { Opening, Track } from "./track-store.ts";
import { isHandedOver } from "./turns.ts";

type Place = Pick<Track, "replay" | "destination">;

/**
 * Hands chosen lines to a destination's ledger, at the replay's rate and no faster than the destination takes them. What
 * is handed over is written down before, so that whoever comes after a crash hands over the same, which the ledger
 * takes once. Other calls may come in between at every await: the track is read anew after each.
 */
export function handingOverOf(room: ReplaysRoom) {
  const { replays, tracks, transaction, now } = room;

  /** The track after the ledger has what was being opened; nothing when somebody else has booked that. */
  function handedOver(place: Place, { key, chunk, lines }: Opening, seen: ReplayAtDestination): void {
    const track = tracks.find(place);
    const first = tracks.first(place);
    if (track?.opening?.key !== key || track.opening.chunk !== chunk) return;
    const taken = track.taken + sizeOf(lines);
    const isWhole = first === undefined || taken >= sizeOf(first.lines);
    transaction(() => {
      if (first !== undefined && isWhole) tracks.takeOff(place, first.seq);
      const moved = isWhole
        ? { chunk: 0, taken: 0, segmentsDone: track.segmentsDone + 1 }
        : { chunk: track.chunk + 1, taken };
      tracks.save({ ...track, ...moved, opening: undefined, seen });
    });
  }

  async function handOver({ request }: StoredReplay, place: Place, opening: Opening): Promise<void> {
    const { key, count, lines, chunk } = opening;
    const seen = await room.ledger(place.destination).open({
      destinationId: place.destination,
      sourceId: request.sourceId,
      key,
      count,
      lines,
      replayId: replayJobId(request.id, chunk),
    });
    handedOver(place, opening, seen);
  }

  /** Writes down what is opened next; undefined when nothing may be. */
  function prepare({ request }: StoredReplay, place: Place): Opening | undefined {
    const track = tracks.find(place);
    const first = tracks.first(place);
    if (track === undefined || first === undefined || track.opening !== undefined) return undefined;
    const at = now();
    const allowance = allowanceAt(track, request.rate, at);
    const lines = nextLines(first.lines, track.taken, allowance, roomAt(track.seen, track.ahead));
    if (lines.length === 0) return undefined;
    const opening: Opening = { key: first.key, count: first.count, lines, chunk: track.chunk };
    tracks.save({ ...track, opening, allowance: allowance - sizeOf(lines), at });
    return opening;
  }

  /** Asks the ledger how things are; that says how much may wait there. */
  async function look({ request }: StoredReplay, place: Place): Promise<void> {
    const seen = await room.ledger(place.destination).state(request.id);
    const track = tracks.find(place);
    if (track === undefined) return;
    const at = now();
    const allowance = allowanceAt(track, request.rate, at);
    const ahead = aheadAfter(endedOf(seen) - endedOf(track.seen), at - track.at, request.rate);
    tracks.save({ ...track, seen, ahead, allowance, at });
  }

  const isRunning = (id: string): boolean => replays.find(id)?.status === "running";

  /** When to look again (ms from now); undefined when nothing is left to do here. */
  function nextLook(place: Place, opened: number): number | undefined {
    const track = tracks.find(place);
    if (track === undefined || (isHandedOver(track, room) && track.seen.pending === 0)) return undefined;
    if (track.seen.heldBy !== undefined) return REPLAY_PACE.heldMs;
    return opened === REPLAY_PACE.jobsAtOnce ? 0 : REPLAY_PACE.tickMs;
  }

  return {
    /** Goes on with one destination of a running replay. */
    async goOn(replay: StoredReplay, place: Place): Promise<void> {
      const { opening } = tracks.find(place)!;
      if (opening !== undefined) await handOver(replay, place, opening);
      await look(replay, place);
      let opened = 0;
      while (opened < REPLAY_PACE.jobsAtOnce && isRunning(place.replay)) {
        const next = prepare(replay, place);
        if (next === undefined) break;
        await handOver(replay, place, next);
        opened++;
      }
      const wait = nextLook(place, opened);
      const track = tracks.find(place);
      if (track !== undefined) tracks.save({ ...track, nextAt: now() + (wait ?? 0), done: wait === undefined });
    },

    /** Tells the ledger that the replay is cancelled; done with once nothing is pending there. */
    async stop(place: Place): Promise<void> {
      const seen = await room.ledger(place.destination).cancel(place.replay);
      const track = tracks.find(place);
      if (track === undefined) return;
      tracks.save({
        ...track,
        opening: undefined,
        seen,
        nextAt: now() + REPLAY_PACE.tickMs,
        done: seen.pending === 0,
      });
    },
  };
}
