import type { ChangedHour } from "../../src/core/archive-index.ts";
import type { RetentionDays } from "../../src/core/retention.ts";
import { addingOf } from "./adding.ts";
import { adoptionOf } from "./adoption.ts";
import { compactionStore } from "./compaction-store.ts";
import { compactionOf } from "./compaction.ts";
import { daysOf } from "./days.ts";
import type { Duty } from "./duties.ts";
import { fileStore } from "./file-store.ts";
import { listingOf } from "./listing.ts";
import { marksOf } from "./marks.ts";
import { metaStore } from "./meta-store.ts";
import { piecesOf } from "./pieces.ts";
import { publishingOf } from "./publishing.ts";
import { removalStore } from "./removals.ts";
import { retentionOf } from "./retention.ts";
import { createTables } from "./schema.ts";
import { searchingOf } from "./searching.ts";
import { segmentStore } from "./segment-store.ts";
import { tellingOf } from "./telling.ts";
import { compactionDuty, removalDuty, retentionDuty } from "./upkeep.ts";

/** What an archive's index needs of the outside. */
export interface ArchiveOutside {
  readonly sourceId: string;
  readonly archive: R2Bucket;
  /** Days that the source's events are kept, as configured now; 0 for ever. */
  retentionDays(): Promise<RetentionDays>;
  /** Events of these hours have been added; those that are closed, at least once for each change. */
  tellExports(hours: readonly ChangedHour[]): Promise<void>;
  /** Tells a consumer that hours are due to be compacted. */
  askToCompact(): Promise<void>;
  /** Whether hours are packed into larger files at all. */
  readonly compacts: boolean;
  now(): number;
}

/** The parts of one source's index over its storage. */
export function createRoom(storage: DurableObjectStorage, outside: ArchiveOutside) {
  const { sql } = storage;
  const { sourceId } = outside;
  createTables(sql);
  const transaction = <T>(change: () => T): T => storage.transactionSync(change);
  const meta = metaStore(sql);
  const segments = segmentStore(sql, sourceId);
  const files = fileStore(sql, sourceId, segments);
  const hours = marksOf(sql, "hours");
  const dayMarks = marksOf(sql, "days");
  const listing = listingOf({ segments, files, hours });
  const days = daysOf({ sql, segments, files, dayMarks });
  const compactions = compactionStore(sql);
  const removals = removalStore(sql);
  const shared = { ...outside, sql, transaction, meta, segments, files, dayMarks, listing, compactions, removals };
  const compaction = compactionOf(shared);
  const retention = retentionOf(shared);
  const adding = addingOf({ segments, listing, hours, dayMarks, meta, retention, transaction });
  const publishing = publishingOf({ ...outside, days, dayMarks, meta });
  const adoption = adoptionOf({ ...outside, meta, listing, adding });
  const searching = searchingOf({ sql, files, segments, listing, days });
  const pieces = piecesOf({ sql, segments, files });
  return { ...shared, hours, days, adding, compaction, retention, publishing, adoption, searching, pieces };
}
export type ArchiveRoom = ReturnType<typeof createRoom>;

/** What the alarm sees to, in this order. */
export function dutiesOf(room: ArchiveRoom): Duty[] {
  const { adoption, publishing } = room;
  const removal = removalDuty({ ...room, ...publishing });
  return [adoption.duty, tellingOf(room), compactionDuty(room), retentionDuty(room), removal, publishing.duty];
}
