import type { ListedReplay, ReplayRecord, ReplayTrack } from "../../src/core/replay.ts";
import { earlierSends, mayRepeat } from "../../src/core/replay-earlier.ts";
import { reportOf } from "../../src/core/replay-report.ts";
import { isAtEnd } from "../../src/core/replay-steps.ts";
import type { StoredReplay } from "./replay-store.ts";
import { DRY_RUN, type ReplaysRoom } from "./room.ts";
import type { Track } from "./track-store.ts";
import { tracksInTurn } from "./turns.ts";

function stateOf(track: Track, isWaiting: boolean): ReplayTrack["state"] {
  if (track.done) return "done";
  if (isWaiting) return "waiting";
  return track.seen.heldBy === undefined ? "sending" : "held";
}

function showTrack(track: Track, isWaiting: boolean): ReplayTrack {
  const { heldBy, opened, pending, retrying, delivered, dropped, abandoned } = track.seen;
  const state = stateOf(track, isWaiting);
  return {
    destinationId: track.destination,
    state,
    ...(state === "held" && heldBy !== undefined ? { heldBy } : {}),
    segmentsDone: track.segmentsDone,
    opened,
    pending,
    retrying,
    delivered,
    dropped: { ...dropped },
    abandoned: { ...abandoned },
    gone: track.gone,
  };
}

/** The tracks of a replay, each with whether it waits behind another replay to the same destination. */
function tracksOf({ request, status }: StoredReplay, room: ReplaysRoom): ReplayTrack[] {
  const own = room.tracks.of(request.id);
  const inTurn = new Set(
    status !== "running" || own.length === 0
      ? []
      : tracksInTurn(room)
          .filter(({ track }) => track.replay === request.id)
          .map(({ track }) => track.destination),
  );
  return own.map((track) => showTrack(track, status === "running" && !inTurn.has(track.destination)));
}

const isChecked = (id: string, { steps }: ReplaysRoom): boolean => {
  const check = steps.find(id, DRY_RUN);
  return check !== undefined && isAtEnd(check.cursor);
};

/** A replay as lists show it. */
export function showListed(replay: StoredReplay, room: ReplaysRoom): ListedReplay {
  const { request, status, at, startedAt, finishedAt, error, segments, matched, checkedUntil } = replay;
  const destinations = tracksOf(replay, room);
  const checked = isChecked(request.id, room);
  const done = startedAt === undefined ? segments : Math.min(segments, ...destinations.map((one) => one.segmentsDone));
  return {
    ...request,
    status,
    createdAt: at,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(error === undefined ? {} : { error }),
    progress: {
      segments: checked ? segments : 0,
      segmentsDone: done,
      events: matched,
      ...(checked || checkedUntil === undefined ? {} : { checkedUntil }),
      destinations,
    },
  };
}

/** What other replays have sent of the time of one that is ready. */
function earlierThan({ request }: StoredReplay, room: ReplaysRoom): NonNullable<ReplayRecord["earlier"]> {
  const others = room.replays.started().filter((other) => mayRepeat(request, other.request));
  return earlierSends(
    request,
    others.map((other) => showListed(other, room)),
  );
}

/** A replay with its report, once the dry run is done. */
export function showReplay(replay: StoredReplay, room: ReplaysRoom): ReplayRecord {
  const shown = showListed(replay, room);
  if (!isChecked(shown.id, room)) return shown;
  const report = reportOf(room.replays.sums(shown.id), shown.destinationIds);
  return { ...shown, report, ...(shown.status === "ready" ? { earlier: earlierThan(replay, room) } : {}) };
}
