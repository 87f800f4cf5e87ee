import type { SegmentPointer } from "../../src/core/intake.ts";
import { limitTime } from "../../src/core/time-limit.ts";
import { addUsage } from "../../src/core/usage.ts";
import type { UsageTally } from "../usage.ts";
import type { DrainDeps } from "./drain.ts";
import type { ReporterDeps } from "./reporter.ts";
import type { IntakeStore } from "./store.ts";

/** For one answer of R2, the queue or the ledger. */
const ANSWER_LIMIT_MS = 60_000;

export interface ShardOutside {
  readonly env: Pick<Env, "ARCHIVE" | "EVENTS" | "LEDGER" | "DEBUGGER">;
  /** `<sourceId>:<shard>`. */
  readonly name: string;
  readonly store: IntakeStore;
  readonly used: UsageTally;
  /** Keeps the object alive until it is done. */
  waitUntil(work: Promise<void>): void;
}

/** What a shard's drains and reports need of the outside. What the shard has used goes along with its figures. */
export function outsideOf({ env, name, store, used, waitUntil }: ShardOutside): {
  readonly drain: DrainDeps;
  readonly reporter: ReporterDeps;
} {
  const [sourceId = "", shard = "0"] = name.split(":");
  const ledger = () => env.LEDGER.getByName(`source:${sourceId}`);
  const now = () => Date.now();
  return {
    drain: {
      sourceId,
      shard: Number(shard),
      store,
      archive: env.ARCHIVE,
      events: env.EVENTS as Queue<SegmentPointer>,
      // The segment goes with its own telling: one that fails is told again, and gives back the rest.
      countSegment: (counted) =>
        used.telling((usage) => ledger().countSegment({ ...counted, usage: addUsage(usage, { segments: 1 }) })),
      now,
      inTime: (work) =>
        limitTime(ANSWER_LIMIT_MS, work, (late, ms) => {
          const timer = setTimeout(late, ms);
          return () => clearTimeout(timer);
        }),
    },
    reporter: {
      sourceId,
      record(observation) {
        // The debugger's call, and the row that it writes.
        used.add("requests");
        used.add("rows");
        return env.DEBUGGER.getByName(sourceId).record(observation);
      },
      count: (at, counts, kinds) => used.telling((usage) => ledger().count(at, counts, kinds, usage)),
      now,
      later(ms, work) {
        used.add("openMs", ms);
        setTimeout(() => waitUntil(work()), ms);
      },
    },
  };
}
