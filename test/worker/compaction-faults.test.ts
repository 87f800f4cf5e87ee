import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { COMPACTION } from "../../src/core/compaction.ts";
import { indexOf, newSourceId } from "../support/archive-index.ts";
import {
  archive,
  archivedKeys,
  compact,
  linesFor,
  linesOf,
  listedLines,
  namedObjects,
  runAlarm,
} from "../support/compaction.ts";
import { breakArchive, type Fault } from "../support/faulty-bucket.ts";

const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const DAY = Date.UTC(2031, 5, 2);
const NOON = DAY + 12 * HOUR;
const DUE = NOON + HOUR + COMPACTION.afterMs;

/** Failures are logged, and nobody but the test compacts. */
function beQuiet(): void {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(env.EXPORT_TASKS, "send").mockResolvedValue({} as QueueSendResponse);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: DUE });
  beQuiet();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Segments of one hour; R2 is asked for each of them by itself. */
async function fill(sourceId: string): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>();
  for (const segment of [1, 2, 3]) {
    const lines = linesFor(`s${segment}`, segment);
    all.set(await archive(sourceId, { hour: NOON, segment, lines }), lines);
  }
  return all;
}

/** Everybody reads everything, and the index object names nothing that is not there. */
async function expectWhole(sourceId: string, segments: ReadonlyMap<string, readonly string[]>): Promise<void> {
  for (const [key, lines] of segments) expect(await linesOf(key)).toEqual(lines);
  expect((await listedLines(sourceId)).toSorted()).toEqual([...segments.values()].flat().toSorted());
  for (const key of await namedObjects(sourceId, DAY)) expect(await env.ARCHIVE.head(key), key).not.toBeNull();
}

/** What the consumer and the alarm do over the next hours, some of it failing. */
async function goOn(sourceId: string, afterEachStep: () => Promise<void>): Promise<void> {
  for (let step = 0; step < 3; step++) {
    await compact(sourceId);
    await afterEachStep();
    await runAlarm(sourceId);
    await afterEachStep();
    vi.setSystemTime(Date.now() + COMPACTION.leaseMs);
  }
}

/** Makes call after call fail until there is none left to fail; which they were. */
async function failEach(fault: Fault): Promise<string[]> {
  const failed: string[] = [];
  for (let nth = 1; nth < 60; nth++) {
    vi.setSystemTime(DUE);
    const sourceId = newSourceId();
    const segments = await fill(sourceId);
    const bucket = breakArchive(nth, fault);
    let looked = false;
    await goOn(sourceId, async () => {
      // Not before it has failed: what looks would be counted, too.
      if (looked || bucket.failed() === undefined) return;
      await expectWhole(sourceId, segments);
      looked = true;
    });
    const name = bucket.failed();
    vi.restoreAllMocks();
    beQuiet();
    await expectWhole(sourceId, segments);
    const [file, ...others] = await archivedKeys(sourceId);
    expect([file, others], `call ${nth}: ${name}`).toEqual([expect.stringMatching(/\/hour-12-\d+\.gz$/), []]);
    expect(await namedObjects(sourceId, DAY)).toEqual([file]);
    if (name === undefined) return failed;
    failed.push(name);
  }
  throw new Error("there was always one more call");
}

describe("a compaction of which any call of R2 fails", () => {
  it("comes to the same end when R2 never heard of it", async () => {
    const failed = await failEach("before");
    for (const name of ["get", "createMultipartUpload", "uploadPart", "complete", "put", "delete"]) {
      expect(failed).toContain(name);
    }
  }, 60_000);

  it("comes to the same end when R2 did it and the answer got lost", async () => {
    await failEach("after");
  }, 60_000);
});

describe("a consumer that dies", () => {
  for (const death of ["claim", "createMultipartUpload", "begin", "uploadPart", "complete"] as const) {
    it(`after ${death} loses and doubles nothing`, async () => {
      const sourceId = newSourceId();
      const segments = await fill(sourceId);
      const index = indexOf(sourceId);
      const claim = await index.claimCompaction();
      if (claim.status !== "granted") throw new Error("nothing due");
      const name = { hour: claim.hour, no: claim.no };
      const steps: Record<string, () => Promise<unknown>> = {
        createMultipartUpload: async () => (upload = await env.ARCHIVE.createMultipartUpload(claim.file)),
        begin: () => index.beginCompaction(name, upload!.uploadId),
        uploadPart: async () => (part = await upload!.uploadPart(1, "part of a file")),
        complete: () => upload!.complete([part!]),
      };
      let upload: R2MultipartUpload | undefined;
      let part: R2UploadedPart | undefined;
      for (const [step, run] of Object.entries(steps)) {
        if (death === "claim") break;
        await run();
        if (step === death) break;
      }
      await expectWhole(sourceId, segments);
      await goOn(sourceId, () => expectWhole(sourceId, segments));
      const keys = await archivedKeys(sourceId);
      expect(keys).toEqual([expect.stringMatching(/hour-12-2\.gz$/)]);
      expect(await namedObjects(sourceId, DAY)).toEqual(keys);
    });
  }
});
