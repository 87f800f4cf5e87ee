import type { ArchivedSegment } from "../../src/core/archive-index.ts";
import { archivePrefix, parseSegmentKey, utcDay, type SegmentName } from "../../src/core/archive-key.ts";
import { DAY_MS, HOUR_MS, hourOf } from "../../src/core/durations.ts";
import { inParallel } from "../../src/core/pool.ts";
import type { Adding } from "./adding.ts";
import type { Duty } from "./duties.ts";
import type { Listing } from "./listing.ts";
import type { MetaStore } from "./meta-store.ts";
import { readFacts } from "./read-facts.ts";

/** Objects of one step; those that are unknown are read whole. */
const PAGE = 100;
const READ_AT_ONCE = 4;

const DONE = "done";

export interface AdoptionRoom {
  readonly sourceId: string;
  readonly archive: Pick<R2Bucket, "get" | "list">;
  readonly meta: MetaStore;
  readonly listing: Listing;
  readonly adding: Adding;
}

/** How far the objects in R2 have been gone through: those up to the key `after`. */
interface Progress {
  readonly startedAt: number;
  readonly after: string;
}

/**
 * Takes in the segments that were archived before there was an index, by going through the source's objects once, a
 * page at a time. What has come since is known and is not read.
 */
export function adoptionOf({ sourceId, archive, meta, listing, adding }: AdoptionRoom) {
  const prefix = archivePrefix(sourceId);
  const isDone = (): boolean => meta.get("adopted") === DONE;
  const progress = (): Progress | undefined => {
    const text = meta.get("adopted");
    return text === undefined || text === DONE ? undefined : (JSON.parse(text) as Progress);
  };

  function isKnown({ day, shard, segment }: SegmentName, committedAt: number): boolean {
    const hours = Number.isNaN(committedAt)
      ? Array.from({ length: DAY_MS / HOUR_MS }, (_, n) => day + n * HOUR_MS)
      : [hourOf(committedAt)];
    return hours.some((hour) => listing.find({ hour, shard, segment }) !== undefined);
  }

  const isNew = ({ key, customMetadata }: R2Object): boolean => {
    const name = parseSegmentKey(key);
    return name !== undefined && !isKnown(name, Number(customMetadata?.["firstCommit"] ?? NaN));
  };

  async function readAll(keys: readonly string[]): Promise<ArchivedSegment[]> {
    const read = await inParallel(keys, READ_AT_ONCE, (key) => readFacts(archive, key));
    return read.filter((segment) => segment !== null);
  }

  /** Durable by its page: what a crash interrupts is gone through again. */
  async function step(now: number): Promise<void> {
    const { startedAt, after } = progress() ?? { startedAt: now, after: "" };
    const page = await archive.list({
      prefix,
      limit: PAGE,
      include: ["customMetadata"],
      ...(after === "" ? {} : { startAfter: after }),
    });
    const unknown = page.objects.filter(isNew).map(({ key }) => key);
    adding.add(await readAll(unknown), now);
    const last = page.objects.at(-1)?.key ?? after;
    meta.set("adopted", page.truncated ? JSON.stringify({ startedAt, after: last } satisfies Progress) : DONE);
  }

  const duty: Duty = {
    name: "adoption of earlier segments",
    async run(now) {
      if (!isDone()) await step(now);
      return isDone() ? undefined : now;
    },
  };

  return {
    duty,
    isDone,
    /** Whether more segments of an hour may turn up: it is of an earlier version, and not gone through yet. */
    mayLack(hour: number): boolean {
      if (isDone()) return false;
      const { startedAt, after } = progress() ?? { startedAt: Infinity, after: "" };
      const reached = Number(/\/(\d+)\/[^/]*$/.exec(after)?.[1] ?? 0);
      return utcDay(hour) >= reached && hour <= startedAt;
    },
  };
}
export type Adoption = ReturnType<typeof adoptionOf>;
