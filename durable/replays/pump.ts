import { REPLAY } from "../../src/core/replay.ts";
import { REPLAY_PACE, shelfFor } from "../../src/core/replay-pacing.ts";
import { isAtEnd, REPLAY_STEPS, type ReplayStep } from "../../src/core/replay-steps.ts";
import { handingOverOf } from "./handing-over.ts";
import type { StoredReplay } from "./replay-store.ts";
import { DRY_RUN, type ReplaysRoom } from "./room.ts";
import type { Track } from "./track-store.ts";
import { tracksInTurn } from "./turns.ts";
import { logError } from "../../src/log/log.ts";

const SEND_FAILED_MS = 5000;
/** A queue takes no more messages in one call. */
const MOST_MESSAGES = 100;

const idOf = ({ replayId, destinationId = DRY_RUN }: ReplayStep): string => `${replayId} ${destinationId}`;

/**
 * Keeps replays going: sends messages for what consumers have to do, hands chosen lines to ledgers, ends what is done.
 * Each run does what is due and says when the next one must come; everything it knows is stored but which messages are
 * under way, and one too many does no harm.
 */
export function createPump(room: ReplaysRoom) {
  const { replays, steps, tracks, now } = room;
  const handingOver = handingOverOf(room);
  /** Messages on the queue, with the time (ms) at which they count as lost. */
  const out = new Map<string, number>();

  /** When this step needs a message (ms): now or later; undefined when never. */
  function messageAt(step: ReplayStep, at: number): number | undefined {
    const found = steps.find(step.replayId, step.destinationId ?? DRY_RUN);
    if (found === undefined || isAtEnd(found.cursor)) return undefined;
    return Math.max(at, found.nextAt, found.leaseUntil, out.get(idOf(step)) ?? 0);
  }

  /** Dry runs that are read, or wait for a moment of their own, and the oldest others while there are places for them. */
  function checking(at: number): ReplayStep[] {
    const isRead = (step: ReplayStep, leaseUntil: number): boolean =>
      leaseUntil > at || (out.get(idOf(step)) ?? 0) > at;
    const all = replays.inStatus("checking").map(({ request }) => {
      const step = { replayId: request.id };
      const { leaseUntil = 0, nextAt = 0 } = steps.find(request.id, DRY_RUN) ?? {};
      return { step, read: isRead(step, leaseUntil), waits: nextAt > at };
    });
    let places = REPLAY.checkingAtOnce - all.filter(({ read }) => read).length;
    return all.filter(({ read, waits }) => read || waits || places-- > 0).map(({ step }) => step);
  }

  const needsMore = ({ request }: StoredReplay, track: Track): boolean =>
    tracks.shelved(track) - track.taken < shelfFor(request.rate) / 2;

  const sending = () => tracksInTurn(room);

  function choosing(): ReplayStep[] {
    return sending()
      .filter(({ replay, track }) => needsMore(replay, track))
      .map(({ track }) => ({ replayId: track.replay, destinationId: track.destination }));
  }

  /** Sends the messages that are due; returns when (ms) the next one is. */
  async function sendMessages(at: number): Promise<number> {
    const wanted = [...checking(at), ...choosing()];
    const due = wanted.filter((step) => (messageAt(step, at) ?? Infinity) <= at).slice(0, MOST_MESSAGES);
    for (const step of due) out.set(idOf(step), at + REPLAY_STEPS.resendAfterMs);
    let wake = Math.min(...wanted.map((step) => messageAt(step, at) ?? Infinity));
    if (due.length === 0) return wake;
    try {
      await room.send(due);
    } catch (error) {
      logError("queue_refused", { queue: "replays", count: due.length }, error);
      for (const step of due) out.delete(idOf(step));
      wake = Math.min(wake, at + SEND_FAILED_MS);
    }
    return wake;
  }

  async function withTrack(track: Track, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      logError("ledger_unreachable", { replayId: track.replay, destinationId: track.destination }, error);
      const stored = tracks.find(track);
      if (stored !== undefined) tracks.save({ ...stored, nextAt: now() + REPLAY_PACE.failedMs });
    }
  }

  async function handOverDue(at: number): Promise<void> {
    const due = sending().filter(({ track }) => track.nextAt <= at);
    await Promise.all(due.map(({ replay, track }) => withTrack(track, () => handingOver.goOn(replay, track))));
  }

  async function stopDue(at: number): Promise<void> {
    const due = tracks.stopping().filter(({ nextAt }) => nextAt <= at);
    await Promise.all(due.map((track) => withTrack(track, () => handingOver.stop(track))));
  }

  function finishDone(): void {
    for (const { request } of replays.inStatus("running")) {
      if (tracks.of(request.id).every(({ done }) => done)) replays.setEnded(request.id, "finished", now());
    }
  }

  const nextTrackAt = (): number =>
    Math.min(...[...sending().map(({ track }) => track), ...tracks.stopping()].map(({ nextAt }) => nextAt));

  return {
    /** A message was claimed, or its work is done: another may be sent. */
    arrived: (step: ReplayStep): void => void out.delete(idOf(step)),

    /** When (ms) the next run is due as things are stored; undefined when there is nothing to do. */
    dueAt(): number | undefined {
      const wanted = [...checking(now()), ...choosing()].map((step) => messageAt(step, now()) ?? Infinity);
      const at = Math.min(nextTrackAt(), ...wanted);
      return Number.isFinite(at) ? Math.max(at, now()) : undefined;
    },

    async run(): Promise<number | undefined> {
      const at = now();
      await stopDue(at);
      await handOverDue(at);
      finishDone();
      const wake = Math.min(await sendMessages(now()), nextTrackAt());
      return Number.isFinite(wake) ? wake : undefined;
    },
  };
}
