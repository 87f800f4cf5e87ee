import { addingOf } from "./adding.ts";
import { daysOf } from "./days.ts";
import type { Duty } from "./duties.ts";
import { fileStore } from "./file-store.ts";
import { listingOf } from "./listing.ts";
import { marksOf } from "./marks.ts";
import { metaStore } from "./meta-store.ts";
import { createTables } from "./schema.ts";
import { segmentStore } from "./segment-store.ts";

/** What an archive's index needs of the outside. */
export interface ArchiveOutside {
  readonly sourceId: string;
  readonly archive: R2Bucket;
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
  const adding = addingOf({ segments, listing, hours, dayMarks, meta, transaction });
  return { ...outside, sql, transaction, meta, segments, files, hours, dayMarks, listing, days, adding };
}
export type ArchiveRoom = ReturnType<typeof createRoom>;

/** What the alarm sees to, in this order. */
export const dutiesOf = (_room: ArchiveRoom): Duty[] => [];
