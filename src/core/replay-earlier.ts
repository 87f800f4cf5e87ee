import { REPLAY, type EarlierSend, type ListedReplay, type ReplayCriteria } from "./replay.ts";

type About = Pick<ReplayCriteria, "sourceId" | "from" | "to"> & {
  readonly id: string;
  readonly destinationIds: readonly string[];
};

/** Whether two different replays may send the same event to the same destination. */
export const mayRepeat = (one: About, other: About): boolean =>
  one.id !== other.id &&
  one.sourceId === other.sourceId &&
  one.from < other.to &&
  other.from < one.to &&
  one.destinationIds.some((id) => other.destinationIds.includes(id));

/** Nothing more is sent by these; one that failed can be resumed. */
const OVER: ReadonlySet<string> = new Set(["finished", "cancelled"]);

/**
 * What other replays have sent, or are about to send, of the same time to the same destinations: by replay and
 * destination, the one that was started last first, at most REPLAY.earlier. Types, names and filters are not compared,
 * so it says what may come twice, never what does.
 */
export function earlierSends(replay: About, others: readonly ListedReplay[]): EarlierSend[] {
  const sends = others.flatMap((other): EarlierSend[] => {
    const { id, name, status, from, to, startedAt, finishedAt, progress } = other;
    if (startedAt === undefined || !mayRepeat(replay, other)) return [];
    return progress.destinations
      .filter(({ destinationId }) => replay.destinationIds.includes(destinationId))
      .filter(({ delivered }) => delivered > 0 || !OVER.has(status))
      .map(({ destinationId, delivered }) => ({
        replayId: id,
        ...(name === undefined ? {} : { name }),
        destinationId,
        status,
        from,
        to,
        delivered,
        startedAt,
        ...(finishedAt === undefined ? {} : { finishedAt }),
      }));
  });
  return sends.toSorted((a, b) => b.startedAt - a.startedAt).slice(0, REPLAY.earlier);
}
