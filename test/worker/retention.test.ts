import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import { archivePrefix } from "../../src/core/archive-key.ts";
import { SourceInput } from "../../src/core/catalog.ts";
import type { RetentionDays } from "../../src/core/retention.ts";
import { indexOf } from "../support/archive-index.ts";
import {
  archive,
  archivedKeys,
  linesFor,
  linesOf,
  listedLines,
  namedObjects,
  objectKeys,
  runAlarm,
  settle,
} from "../support/compaction.ts";
import { breakArchive, type Fault } from "../support/faulty-bucket.ts";

const HOUR = 3_600_000;
const DAY_LENGTH = 24 * HOUR;
// In the future, so that no alarm comes by itself before a test runs it.
const DAY = Date.UTC(2031, 5, 2);
const NOON = DAY + 12 * HOUR;
/** When all of the hour from NOON is older than 30 days. */
const OVER = NOON + HOUR + 30 * DAY_LENGTH;

function beQuiet(): void {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(env.EXPORT_TASKS, "send").mockResolvedValue({} as QueueSendResponse);
}
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  beQuiet();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function newSource(retentionDays: RetentionDays | null): Promise<string> {
  const name = `Kept ${crypto.randomUUID().slice(0, 8)}`;
  const made = await catalogOf(env).createSource(SourceInput.parse({ name, settings: { archive: { retentionDays } } }));
  if (!made.ok) throw new Error(made.error.message);
  return made.value.id;
}
const keepFor = (retentionDays: RetentionDays) => catalogOf(env).updateWorkspace({ retentionDays });

/** What the alarm does at that time, until it has nothing more to do at once. */
async function at(time: number, sourceId: string): Promise<void> {
  for (let n = 0; n < 4; n++) {
    vi.setSystemTime(time + n * 2000);
    await runAlarm(sourceId);
  }
}

/** Two segments in the hour from NOON, one in the next. */
async function fill(sourceId: string): Promise<string[]> {
  return [
    await archive(sourceId, { hour: NOON, segment: 1, lines: linesFor("a", 2) }),
    await archive(sourceId, { hour: NOON, segment: 2, lines: linesFor("b", 3) }),
    await archive(sourceId, { hour: NOON + HOUR, segment: 3, lines: linesFor("c", 4) }),
  ];
}

describe("retention", () => {
  it("ends whole hours, once the last moment of one is old enough", async () => {
    const sourceId = await newSource(30);
    const [first, second, third] = await fill(sourceId);
    await at(OVER - HOUR - 1, sourceId);
    expect(await archivedKeys(sourceId)).toEqual([first, second, third]);
    await at(OVER, sourceId);
    expect(await archivedKeys(sourceId)).toEqual([third]);
    expect(await listedLines(sourceId)).toEqual(linesFor("c", 4));
    expect(await namedObjects(sourceId, DAY)).toEqual([third]);
    expect(await indexOf(sourceId).days()).toMatchObject([{ segments: 1, events: 4 }]);
    await at(OVER + HOUR, sourceId);
    expect(await archivedKeys(sourceId)).toEqual([]);
    expect(await objectKeys(`archive-index/${sourceId}/`)).toEqual([]);
    expect(await indexOf(sourceId).days()).toEqual([]);
  });

  it("ends compacted files as it ends segments, and nobody finds what was in them", async () => {
    const sourceId = await newSource(30);
    const [first] = await fill(sourceId);
    vi.setSystemTime(NOON + 10 * HOUR);
    await settle(sourceId);
    expect(await linesOf(first!)).toEqual(linesFor("a", 2));
    expect(await indexOf(sourceId).isRemoved(first!)).toBe(false);
    await at(OVER + HOUR, sourceId);
    expect(await archivedKeys(sourceId)).toEqual([]);
    expect(await linesOf(first!)).toBeNull();
    expect(await indexOf(sourceId).isRemoved(first!)).toBe(true);
    expect(await indexOf(sourceId).hour(NOON)).toEqual({ seq: 0, segments: [] });
  });

  it("is looked after once an hour, though nothing comes any more, and rests once nothing is left", async () => {
    const sourceId = await newSource(30);
    await fill(sourceId);
    for (let hours = 1; hours < 8; hours++) {
      vi.setSystemTime(NOON + hours * HOUR);
      expect(await runAlarm(sourceId)).toBe(true);
    }
    await at(OVER + HOUR, sourceId);
    expect(await archivedKeys(sourceId)).toEqual([]);
    const orphan = `${archivePrefix(sourceId)}${DAY}/hour-12-7.gz`;
    await env.ARCHIVE.put(orphan, "left over");
    await at(DAY + 31 * DAY_LENGTH, sourceId);
    expect(await archivedKeys(sourceId)).toEqual([]);
    expect(await runAlarm(sourceId)).toBe(false);
  });

  it("is the workspace's where the source has none of its own, and of a deleted source", async () => {
    const own = await newSource(365);
    const following = await newSource(null);
    const deleted = await newSource(0);
    for (const sourceId of [own, following, deleted]) await fill(sourceId);
    await catalogOf(env).deleteSource(deleted);
    await keepFor(0);
    for (const sourceId of [own, following, deleted]) {
      await at(OVER + HOUR, sourceId);
      expect(await archivedKeys(sourceId)).toHaveLength(3);
    }
    await keepFor(30);
    for (const sourceId of [own, following, deleted]) await at(OVER + 3 * HOUR, sourceId);
    expect(await archivedKeys(own)).toHaveLength(3);
    expect(await archivedKeys(following)).toEqual([]);
    expect(await archivedKeys(deleted)).toEqual([]);
    await keepFor(0);
  });

  it("deletes what the index does not know only when it is older than that, by the day", async () => {
    const sourceId = await newSource(30);
    await fill(sourceId);
    await at(NOON + 2 * HOUR, sourceId);
    const orphans = [
      `${archivePrefix(sourceId)}${DAY}/0-000000077.gz`,
      `${archivePrefix(sourceId)}${DAY}/hour-03-9.gz`,
    ];
    for (const key of orphans) await env.ARCHIVE.put(key, "left over");
    const young = `${archivePrefix(sourceId)}${DAY + DAY_LENGTH}/0-000000078.gz`;
    await env.ARCHIVE.put(young, "too young");
    await archive(sourceId, { hour: DAY + 2 * DAY_LENGTH, segment: 9, lines: linesFor("d", 1) });
    await at(OVER + HOUR, sourceId);
    expect(await archivedKeys(sourceId)).toEqual(expect.arrayContaining([...orphans, young]));
    await at(DAY + 31 * DAY_LENGTH, sourceId);
    const left = await archivedKeys(sourceId);
    expect(left).toContain(young);
    for (const key of orphans) expect(left).not.toContain(key);
  });

  it("deletes nothing of a day that ends as a whole while the day's index object is still there to name it", async () => {
    const sourceId = await newSource(30);
    const keys = await fill(sourceId);
    await at(NOON + 4 * HOUR, sourceId);
    expect(await namedObjects(sourceId, DAY)).toEqual(keys);
    const remove = env.ARCHIVE.delete.bind(env.ARCHIVE);
    vi.spyOn(env.ARCHIVE, "delete").mockImplementation(async (given) => {
      if (String(given).startsWith("archive-index/")) throw new Error("R2 is down");
      await remove(given);
    });
    await at(DAY + 32 * DAY_LENGTH, sourceId);
    expect(await archivedKeys(sourceId)).toEqual(keys);
    vi.restoreAllMocks();
    beQuiet();
    await at(DAY + 32 * DAY_LENGTH + HOUR, sourceId);
    expect([await archivedKeys(sourceId), await namedObjects(sourceId, DAY)]).toEqual([[], []]);
  });

  it("does not take in again what the queue or a page of old objects brings of an hour that has ended", async () => {
    const sourceId = await newSource(30);
    await fill(sourceId);
    await at(OVER + HOUR, sourceId);
    const late = await archive(sourceId, { hour: NOON, segment: 1, lines: linesFor("a", 2) });
    expect(await indexOf(sourceId).days()).toEqual([]);
    expect(await indexOf(sourceId).isRemoved(late)).toBe(true);
  });

  it("goes through years that end at once, some at a time", async () => {
    const sourceId = await newSource(30);
    const hours = Array.from({ length: 110 }, (_, n) => n);
    await Promise.all(
      hours.map((n) => archive(sourceId, { hour: NOON + n * HOUR, segment: n + 1, lines: linesFor(`${n}`, 1) })),
    );
    await at(OVER + 200 * HOUR, sourceId);
    expect(await archivedKeys(sourceId)).toEqual([]);
    expect(await objectKeys(`archive-index/${sourceId}/`)).toEqual([]);
  });
});

describe("a retention of which any call of R2 fails", () => {
  for (const fault of ["before", "after"] as const satisfies readonly Fault[]) {
    it(`comes to the same end when it fails ${fault} R2 did it, and the index object names nothing that is gone`, async () => {
      const sources: string[] = [];
      for (let nth = 1; nth < 40; nth++) {
        vi.setSystemTime(NOON);
        const sourceId = await newSource(30);
        sources.push(sourceId);
        const [, , third] = await fill(sourceId);
        vi.setSystemTime(NOON + 3 * HOUR);
        await settle(sourceId);
        await at(NOON + 4 * HOUR, sourceId);
        const bucket = breakArchive(nth, fault);
        for (let step = 0; step < 4; step++) {
          vi.setSystemTime(OVER + step * 11_000);
          await runAlarm(sourceId);
          if (bucket.failed() === undefined) continue;
          for (const key of await namedObjects(sourceId, DAY)) expect(await env.ARCHIVE.head(key)).not.toBeNull();
        }
        const failed = bucket.failed();
        vi.restoreAllMocks();
        beQuiet();
        expect(await archivedKeys(sourceId), `call ${nth}: ${failed}`).toEqual([third]);
        expect(await namedObjects(sourceId, DAY)).toEqual([third]);
        expect(await listedLines(sourceId)).toEqual(linesFor("c", 4));
        if (failed === undefined) break;
      }
      expect(sources.length).toBeGreaterThan(2);
    }, 60_000);
  }
});
