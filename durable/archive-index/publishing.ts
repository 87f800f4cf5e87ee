import { dayIndexKey } from "../../src/core/archive-index.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/durations.ts";
import type { Days } from "./days.ts";
import type { Duty } from "./duties.ts";
import type { Marks } from "./marks.ts";
import type { MetaStore } from "./meta-store.ts";
import { putText } from "./put-text.ts";

/** Days written in one go of the alarm. */
const DAYS_PER_RUN = 20;

export interface PublishingRoom {
  readonly sourceId: string;
  readonly archive: Pick<R2Bucket, "put" | "createMultipartUpload" | "delete">;
  readonly days: Days;
  readonly dayMarks: Marks;
  readonly meta: MetaStore;
}

/** Writes the index objects of days (core/archive-index DayIndex), one at a time. */
export function publishingOf({ sourceId, archive, days, dayMarks, meta }: PublishingRoom) {
  let last: Promise<void> = Promise.resolve();

  /** All of it is made before the first await: it shows one moment. A text of some 120 characters an object. */
  function textOf(day: number): string[] | undefined {
    const facts = days.recount(day);
    if (facts.segments === 0) return undefined;
    const head = JSON.stringify({ version: 1, sourceId, ...facts });
    const pieces: string[] = [`${head.slice(0, -1)},"objects":[`];
    let before = "\n";
    for (let hour = day; hour < day + DAY_MS; hour += HOUR_MS) {
      let text = "";
      for (const object of days.objectsOf(hour)) {
        text += before + JSON.stringify(object);
        before = ",\n";
      }
      pieces.push(text);
    }
    return [...pieces, "]}\n"];
  }

  const write = (day: number): Promise<void> =>
    dayMarks.passOn([day], meta.lastSeq(), async () => {
      const text = textOf(day);
      const key = dayIndexKey(sourceId, day);
      if (text === undefined) await archive.delete(key);
      else await putText(archive, key, text);
    });

  /** The index object of a day as it is now; a day that holds nothing has none. An older one never lands after it. */
  function publish(day: number): Promise<void> {
    const written = last.then(() => write(day));
    last = written.catch(() => undefined);
    return written;
  }

  const duty: Duty = {
    name: "publishing of day indexes",
    async run(now) {
      const due = dayMarks.due(now, DAYS_PER_RUN);
      const done = await Promise.allSettled(due.map(publish));
      const failed = done.find((one) => one.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      return dayMarks.nextDue();
    },
  };
  return { publish, duty };
}
