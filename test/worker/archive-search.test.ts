import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { eachLine, openUnit, type UnitLine } from "../../src/bindings/archive-units.ts";
import { SEARCH, type SearchRequest } from "../../src/core/archive-search.ts";
import { unitsOf } from "../../src/core/archive-units.ts";
import { COMPACTION } from "../../src/core/compaction.ts";
import {
  fillRandomly,
  inOrder,
  openSearch,
  putSegment,
  readAnswer,
  searchAll,
  type Stored,
} from "../support/archive-data.ts";
import { indexOf, newSourceId } from "../support/archive-index.ts";
import { breakArchive } from "../support/faulty-bucket.ts";
import { archivedKeys, settle } from "../support/compaction.ts";
import { seededRandom, type Random } from "../support/random.ts";

const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const START = Date.UTC(2031, 5, 2, 20);
const HOURS = 5;
const bounds = { ...COMPACTION };
const limits = { ...SEARCH };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: START + 5 * HOUR });
  vi.spyOn(env.EXPORT_TASKS, "send").mockResolvedValue({} as QueueSendResponse);
  // Several members in a file, several files in an hour.
  Object.assign(COMPACTION, { memberBytes: 2000, fileSegments: 4 });
});
afterEach(() => {
  Object.assign(COMPACTION, bounds);
  Object.assign(SEARCH, limits);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

let mixed: ReturnType<typeof fillMixed> | undefined;
/** One for all tests that only read. */
const mixedArchive = () => (mixed ??= fillMixed(1));

/** An archive of which some hours are compacted, some in part, some not at all. */
async function fillMixed(seed: number): Promise<{ sourceId: string; stored: Stored[] }> {
  const sourceId = newSourceId();
  const random = seededRandom(seed);
  const early = await fillRandomly(sourceId, random, { from: START, hours: HOURS, segment: 1 });
  await settle(sourceId);
  const late = await fillRandomly(sourceId, random, { from: START, hours: HOURS, segment: 1000 });
  const keys = await archivedKeys(sourceId);
  expect(keys.filter((key) => key.includes("/hour-")).length).toBeGreaterThan(1);
  return { sourceId, stored: [...early, ...late] };
}

interface Question {
  readonly request: Partial<SearchRequest>;
  readonly wanted: (one: Stored) => boolean;
}

const properties = ({ event }: Stored) => event["properties"] as { total: number; note: string };

/** Criteria with what they mean, said a second time. */
function randomQuestion(random: Random): Question {
  const from = START + random.between(-4 * HOUR, HOURS * HOUR);
  const to = from + random.between(1, 6 * HOUR);
  const texts: Question[] = [
    { request: { text: "CAFÉ" }, wanted: (one) => properties(one).note === "café" },
    { request: { text: String.raw`c:\T` }, wanted: (one) => properties(one).note.startsWith("C:") },
    { request: { text: "t.s" }, wanted: () => false },
  ];
  const some: Question[] = [
    { request: { from, to }, wanted: ({ at }) => at >= from && at < to },
    random.pick(texts),
    random.pick([
      {
        request: { events: ["Viewed"] },
        wanted: ({ event }: Stored) => event["type"] === "track" && event["event"] === "Viewed",
      },
      {
        request: { types: ["page" as const, "identify" as const] },
        wanted: ({ event }: Stored) => event["type"] !== "track",
      },
      { request: { types: ["track" as const] }, wanted: ({ event }: Stored) => event["type"] === "track" },
    ]),
    { request: { userId: "user-3" }, wanted: ({ event }) => event["userId"] === "user-3" },
    { request: { filter: "properties.total > 40" }, wanted: (one) => properties(one).total > 40 },
  ];
  const all = some.filter(() => random.next() < 0.25);
  return {
    request: Object.assign({}, ...all.map(({ request }) => request)) as Partial<SearchRequest>,
    wanted: (one) => all.every(({ wanted }) => wanted(one)),
  };
}

const told = (found: readonly { segment: string; line: number; event: unknown }[]) =>
  found.map(({ segment, line, event }) => ({ segment, line, event }));

describe("a search of the archive", () => {
  it("answers what a scan of all lines finds, in exact order, on any number of pages", async () => {
    const { sourceId, stored } = await mixedArchive();
    const random = seededRandom(2);
    for (let n = 0; n < 20; n++) {
      const { request, wanted } = randomQuestion(random);
      const order = random.pick(["asc", "desc"] as const);
      const limit = random.pick([5, 40, 1000]);
      const { found, reasons } = await searchAll(sourceId, { ...request, order, limit });
      expect(told(found), JSON.stringify({ request, order, limit })).toEqual(
        told(inOrder(stored.filter(wanted), order)),
      );
      expect(reasons.at(-1)).toBe("complete");
      expect(new Set(reasons.slice(0, -1))).toEqual(new Set(reasons.length > 1 ? ["limit"] : []));
    }
  });

  it.each(["asc", "desc"] as const)(
    "goes on where its budget ended, and visits everything exactly once (%s)",
    async (order) => {
      const { sourceId, stored } = await mixedArchive();
      Object.assign(SEARCH, { readChars: 1 });
      const { found, reasons } = await searchAll(sourceId, { order, limit: 1000 });
      expect(told(found)).toEqual(told(inOrder(stored, order)));
      expect(reasons.filter((reason) => reason === "budget").length).toBeGreaterThan(10);
    },
  );

  it("holds few bytes: then a page ends early, and nothing is lost or doubled", async () => {
    const { sourceId, stored } = await mixedArchive();
    Object.assign(SEARCH, { heldBytes: 700 });
    const { found, reasons } = await searchAll(sourceId, { limit: 1000 });
    expect(told(found)).toEqual(told(inOrder(stored, "desc")));
    expect(reasons).toContain("limit");
  });

  it("reads each object or member once a page, and none the index knows to hold nothing of the kind", async () => {
    const { sourceId } = await mixedArchive();
    const get = vi.spyOn(env.ARCHIVE, "get");
    const { end } = await readAnswer(openSearch(sourceId, { types: ["group"] }));
    expect(end).toMatchObject({ reason: "complete", segments: 0, events: 0 });
    expect(end.skipped).toBeGreaterThan(10);
    expect(get).not.toHaveBeenCalled();
    const all = await readAnswer(openSearch(sourceId, { from: START + HOUR, to: START + 2 * HOUR, limit: 1000 }));
    expect(get.mock.calls.length).toBeLessThan(all.end.segments);
    const read = get.mock.calls.map(([key, options]) => JSON.stringify([key, options]));
    expect(new Set(read).size).toBe(read.length);
  });

  it("says how far it is while it reads, and ends when its time is up", async () => {
    const sourceId = newSourceId();
    await fillLargely(sourceId);
    const get = env.ARCHIVE.get.bind(env.ARCHIVE);
    vi.spyOn(env.ARCHIVE, "get").mockImplementation((...args: Parameters<typeof get>) => {
      vi.setSystemTime(Date.now() + 1000);
      return get(...args);
    });
    const { lines, end } = await readAnswer(openSearch(sourceId, { text: "nowhere" }));
    const positions = lines.flatMap((line) => ("progress" in line ? [line.progress.position] : []));
    expect(positions.length).toBeGreaterThan(5);
    expect(positions).toEqual([...new Set(positions)].toSorted().toReversed());
    expect(end).toMatchObject({ reason: "budget", matched: 0 });
    expect(end.segments).toBeLessThan(25);
    const rest = await searchAll(sourceId, { cursor: end.cursor! });
    expect(rest.found.length).toBe((40 - end.segments) * 2);
  });

  it("stops reading as soon as a page is full", async () => {
    const sourceId = newSourceId();
    await fillLargely(sourceId);
    const get = vi.spyOn(env.ARCHIVE, "get");
    const { end } = await readAnswer(openSearch(sourceId, { limit: 2 }));
    expect(end).toMatchObject({ reason: "limit", segments: 1 });
    expect(get.mock.calls.length).toBeLessThan(8);
  });

  it.each(["the reader goes away", "the request is aborted"])("stops reading when %s", async (how) => {
    const sourceId = newSourceId();
    await fillLargely(sourceId);
    const request = new AbortController();
    const reader = openSearch(sourceId, { limit: 1000 }, request.signal).getReader();
    await reader.read();
    const get = vi.spyOn(env.ARCHIVE, "get");
    const list = vi.spyOn(env.ARCHIVE_INDEX, "getByName");
    if (how === "the reader goes away") await reader.cancel();
    else request.abort();
    while (!(await reader.read()).done);
    expect(get).not.toHaveBeenCalled();
    expect(list).not.toHaveBeenCalled();
  });

  it("tells of segments that are gone or broken, and finds the others", async () => {
    const sourceId = newSourceId();
    const keys = await fillLargely(sourceId, 4);
    await env.ARCHIVE.delete(keys[1]!);
    await env.ARCHIVE.put(keys[2]!, "no gzip");
    const { found, end } = await readAnswer(openSearch(sourceId, {}));
    expect(end).toMatchObject({ reason: "complete", missing: 2 });
    expect(new Set(found.map(({ segment }) => segment))).toEqual(new Set([keys[0], keys[3]]));
  });

  it("says so when R2 fails, and the cursor goes on", async () => {
    const sourceId = newSourceId();
    await fillLargely(sourceId, 6);
    const whole = await readAnswer(openSearch(sourceId, {}));
    breakArchive(3, "before");
    const { found, reasons } = await searchAll(sourceId, {});
    expect(reasons).toEqual(["failed", "complete"]);
    expect(found).toEqual(whole.found);
  });

  it("reads a segment where it lies by now when it was compacted since it was listed", async () => {
    const sourceId = newSourceId();
    const keys = await fillLargely(sourceId, 6);
    const { segments } = await indexOf(sourceId).list({ from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100 });
    await settle(sourceId);
    expect(await archivedKeys(sourceId)).not.toContain(keys[3]);
    const opened = await openUnit(env, sourceId, unitsOf(segments)[3]!);
    const lines: UnitLine[] = [];
    await eachLine(opened!, (line) => lines.push(line));
    expect(lines.map(({ segment, line }) => [segment, line])).toEqual([
      [keys[3], 0],
      [keys[3], 1],
    ]);
  });
});

/** So many segments of two events each, one after the other. */
async function fillLargely(sourceId: string, count = 40): Promise<string[]> {
  const keys: string[] = [];
  for (let segment = 0; segment < count; segment++) {
    const event = (n: number) => ({
      type: "track",
      event: "Tested",
      receivedAt: new Date(START + segment * 1000 + n).toISOString(),
    });
    const lines = [0, 1].map((n) => JSON.stringify(event(n)));
    keys.push(await putSegment(sourceId, { hour: START, segment, lines }));
  }
  return keys;
}
