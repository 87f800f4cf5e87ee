import { counterStore } from "./counter-store.ts";
import { deliveriesOf } from "./deliveries.ts";
import { errorStore } from "./error-store.ts";
import { jobStore } from "./job-store.ts";
import { letterStore } from "./letter-store.ts";
import { metaStore } from "./meta-store.ts";
import { createPump, type PumpRoom } from "./pump.ts";
import { replayStore } from "./replay-store.ts";
import { createReplaying } from "./replaying.ts";
import { resendStore } from "./resend-store.ts";
import { createResending } from "./resending.ts";
import { createTables } from "./schema.ts";
import { createUnbooked } from "./unbooked.ts";
import type { UsageTally } from "../usage.ts";

/** What a ledger needs of the outside: its queue, its alarm, clock and chance. */
export interface LedgerOutside extends Pick<PumpRoom, "send" | "arm"> {
  now(): number;
  random(): number;
  /** What this ledger uses. */
  readonly used: UsageTally;
}

/** The parts of one ledger over its storage. */
export function createRoom(storage: DurableObjectStorage, { send, arm, now, random, used }: LedgerOutside) {
  const sql = used.counting(storage.sql);
  createTables(sql);
  const meta = metaStore(sql);
  const jobs = jobStore(sql);
  const unbooked = createUnbooked(jobs);
  const counters = counterStore(sql, used, unbooked, meta);
  const errors = errorStore(sql);
  const letters = letterStore(sql);
  const resends = resendStore(sql);
  const replays = replayStore(sql);
  const transaction = (change: () => void): void => storage.transactionSync(change);
  const { destinationId, hold } = meta;
  const deliveries = deliveriesOf({
    jobs,
    counters,
    unbooked,
    errors,
    letters,
    resends,
    replays,
    transaction,
    readPacing: meta.pacing,
    writePacing: meta.setPacing,
    hold,
    now,
    random,
  });
  const pump = createPump({ jobs, pacing: deliveries.pacing, hold, destinationId, send, arm, random });
  const resending = createResending({ jobs, letters, resends, destinationId, transaction });
  const replaying = createReplaying({ jobs, replays, deliveries, transaction, hold });
  return { meta, counters, errors, jobs, letters, resends, replays, deliveries, pump, resending, replaying };
}
export type LedgerRoom = ReturnType<typeof createRoom>;
