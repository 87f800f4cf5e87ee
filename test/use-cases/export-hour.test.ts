import { describe, expect, it, vi } from "vitest";
import type { HourClaim, Progress } from "../../src/core/exports.ts";
import { exportHour } from "../../src/warehouse/export-hour.ts";
import type { HourDeps, HourLimits } from "../../src/warehouse/hour-deps.ts";
import { hourClaim } from "../support/hour-claim.ts";

const HOUR = Date.parse("2026-11-01T05:00:00.000Z");
const WIDE: HourLimits = { stepChars: 1e6, stepMs: 60_000, keptChars: 1e6, bufferBytes: 1e6 };

const claim = (more: Partial<HourClaim> = {}): HourClaim => hourClaim(HOUR, { token: 7, ...more });

const line = (n: number): string =>
  JSON.stringify({ type: "track", event: "Viewed", messageId: `m${n}`, receivedAt: new Date(HOUR + n).toISOString() });

/** An hour of so many segments of two events each, everything in memory; the object says what the test says. */
function memoryHour(segments: number, limits: Partial<HourLimits> = {}, more: Partial<HourClaim> = {}) {
  const objects = new Map<string, Uint8Array>();
  const reads: string[] = [];
  const told: Progress[] = [];
  const listed = Array.from({ length: segments }, (_, i) => ({
    key: `segment-logs/s1/0/0-${String(i).padStart(9, "0")}.gz`,
    count: 2,
    bytes: 100,
    firstAt: HOUR,
    lastAt: HOUR + 1000,
  }));
  const manifests: { isOlder?: (present: string) => boolean } = {};
  let time = 0;
  const held = { status: "held" } as const;
  const deps: HourDeps = {
    exports: {
      claimHour: async () => claim(more),
      renewHour: async () => held,
      writing: async () => held,
      checkpoint: vi.fn<HourDeps["exports"]["checkpoint"]>(async (_, progress) => (told.push(progress), held)),
      failHour: vi.fn<HourDeps["exports"]["failHour"]>(async () => undefined),
      publishing: async (_, { progress }) => {
        told.push(progress);
        const { seq, upserts, ids, ndjson } = progress;
        const at = { no: 1, sourceId: "s1", schema: "shop", hour: HOUR, version: 1, publishedAt: 1 };
        const tables = [{ table: "tracks", kind: "tracks" as const, columns: [], files: [], replaced: [], rows: 0 }];
        return { ...held, publication: { ...at, seq, tables, upserts, ids, ndjson } };
      },
      published: vi.fn<HourDeps["exports"]["published"]>(async () => held),
    },
    segments: async () => ({ seq: 1, segments: listed }),
    async readSegment({ key }) {
      reads.push(key);
      const first = listed.findIndex((one) => one.key === key) * 2;
      return (async function* () {
        yield line(first);
        yield line(first + 1);
      })();
    },
    put: async (key, bytes) => void objects.set(key, bytes.slice()),
    putNewer: async (_key, _json, isOlder) => void (manifests.isOlder = isOlder),
    open: async (key) => new Blob([objects.get(key) as Uint8Array<ArrayBuffer>]).stream(),
    heartbeat: () => () => undefined,
    rest: async () => undefined,
    now: () => (time += 1000),
    limits: { ...WIDE, ...limits },
  };
  return { deps, objects, reads, told, manifests };
}

describe("exporting an hour", () => {
  it("reads a small one once, and a large one twice, a few segments at a time", async () => {
    const small = memoryHour(4);
    expect(await exportHour(small.deps)).toBe("published");
    expect(small.reads).toHaveLength(4);
    const large = memoryHour(4, { keptChars: 10, stepChars: 300 });
    expect(await exportHour(large.deps)).toBe("published");
    expect(new Set(large.reads).size).toBe(4);
    expect(large.reads.length).toBeGreaterThanOrEqual(8);
    for (const { told } of [small, large]) {
      expect(told).toMatchObject([
        { events: 8, lines: 8, done: 4, segments: 4, after: expect.stringContaining("3.gz") },
      ]);
      const files = told.flatMap((progress) => Object.values(progress.files).flat());
      expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(16);
    }
  });

  it("writes rows out when they are more than memory is meant to hold", async () => {
    const { deps, told } = memoryHour(20, { bufferBytes: 4000 });
    await exportHour(deps);
    expect(told[0]!.files["viewed"]!.length).toBeGreaterThan(2);
    expect(new Set(Object.values(told[0]!.files).flatMap((files) => files.map(({ key }) => key))).size).toBeGreaterThan(
      4,
    );
  });

  it("pauses at the end of a batch when its time is up, with all that it has written", async () => {
    const { deps, objects, told } = memoryHour(6, { stepChars: 1, stepMs: 1500 });
    expect(await exportHour(deps)).toBe("paused");
    const { files, ids, done, after } = told[0]!;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(6);
    expect(after).toContain(`${done - 1}.gz`);
    for (const key of [...Object.values(files).flatMap((list) => list.map((file) => file.key)), ...ids]) {
      expect(objects.has(key)).toBe(true);
    }
  });

  it("goes on after the segment it had come to, whatever has been listed since", async () => {
    const after = "segment-logs/s1/0/0-000000001.gz";
    const before = { seq: 1, after, done: 2, segments: 4, lines: 4, events: 4, notices: [] };
    const checkpoint = { ...before, files: {}, upserts: [], ids: [], ndjson: [] };
    const { deps, reads } = memoryHour(5, {}, { checkpoint });
    await exportHour(deps);
    expect(reads.map((key) => key.slice(-4, -3))).toEqual(["2", "3", "4"]);
  });

  it("lets others have a turn after every few files, and every few manifests, with nothing under way", async () => {
    const { deps } = memoryHour(20);
    const { exports } = deps;
    let [underWay, written, most] = [0, 0, 0];
    const writing = async () => {
      underWay++;
      await Promise.resolve();
      most = Math.max(most, ++written);
      underWay--;
    };
    let rests = 0;
    const names = Array.from({ length: 60 }, (_, n) => `t${n}`);
    const lines = names.map((name, n) => line(n).replace("Viewed", name));
    const status = await exportHour({
      ...deps,
      segments: async () => ({ seq: 1, segments: (await deps.segments(HOUR)).segments.slice(0, 1) }),
      readSegment: async () =>
        (async function* () {
          yield* lines;
        })(),
      put: async (key) => (key.includes("parquet") ? writing() : undefined),
      putNewer: writing,
      exports: {
        ...exports,
        async publishing(token, request) {
          const result = await exports.publishing(token, request);
          if (result.status !== "held") return result;
          const [one] = result.publication.tables;
          const all = names.map((table) => ({ ...one!, table }));
          return { ...result, publication: { ...result.publication, tables: all } };
        },
      },
      async rest() {
        expect(underWay).toBe(0);
        rests++;
        written = 0;
      },
    });
    expect(status).toBe("published");
    expect(rests).toBeGreaterThanOrEqual(8);
    expect(most).toBeLessThanOrEqual(24);
  });

  it("ends as failed when a segment is gone, and as lost when somebody else has the run", async () => {
    const gone = memoryHour(2);
    expect(await exportHour({ ...gone.deps, readSegment: async () => null })).toBe("failed");
    expect(gone.deps.exports.failHour).toHaveBeenCalledWith(7, expect.stringContaining("is not in the archive"), false);
    const lost = memoryHour(2);
    const writing = async () => ({ status: "lost" }) as const;
    expect(await exportHour({ ...lost.deps, exports: { ...lost.deps.exports, writing } })).toBe("lost");
    expect(lost.objects.size).toBe(0);
    expect(lost.deps.exports.published).not.toHaveBeenCalled();
  });

  it("writes its manifests in the place of older ones, and of what is no manifest of ours", async () => {
    const { deps, manifests } = memoryHour(1, {}, { version: 3 });
    await exportHour(deps);
    const present = (version: number) =>
      JSON.stringify({
        schema: "s",
        table: "t",
        hour: 1,
        version,
        seq: 1,
        publishedAt: 1,
        columns: [],
        files: [],
        rows: 0,
      });
    const isOlder = manifests.isOlder!;
    expect([present(0), present(1), present(2)].map(isOlder)).toEqual([true, false, false]);
    expect(["", "{", "{}", JSON.stringify({ version: 9 })].map(isOlder)).toEqual([true, true, true, true]);
  });

  it("does not publish an hour of which the archive has let some go", async () => {
    const { deps } = memoryHour(2, {}, { publishedSegments: 3 });
    expect(await exportHour(deps)).toBe("failed");
    expect(deps.exports.failHour).toHaveBeenCalledWith(7, expect.stringContaining("not hold all"), true);
  });
});
