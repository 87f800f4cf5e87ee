import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { monthOf } from "../../bench/month/traffic.ts";
import { ROOT } from "../support/sources.ts";

const HOUR = Date.parse("2026-11-01T18:00:00.000Z");
const EVENTS = 12_000;
const LINES_EACH = 1000;
/** Node's own part of it is some 10 MB, the Worker's 36 MB of 128. */
const HEAP_MB = 48;
/** What a collector that works beside the program has not yet found to be garbage is no need of the export. */
const EXACT = ["--expose-gc", "--single-threaded-gc", "--no-incremental-marking"];

it(`an hour of ${EVENTS} ugly events is exported within ${HEAP_MB} MB of heap, and half as much outside it`, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "inlet-heap-"));
  try {
    const hour = path.join(folder, String(HOUR));
    await mkdir(hour);
    const traffic = { start: HOUR, hours: 1, events: EVENTS, copiesAfter: [26, 140], seed: 1, shards: 1 } as const;
    const [{ events } = { events: [] }] = monthOf(traffic);
    for (let from = 0; from < events.length; from += LINES_EACH) {
      const lines = events.slice(from, from + LINES_EACH).map(({ text }) => `${text}\n`);
      await writeFile(path.join(hour, `${from + 1e6}.gz`), gzipSync(lines.join(""), { level: 1 }));
    }
    const script = path.join(ROOT, "test/support/hour-in-heap.ts");
    const options = [...EXACT, `--max-old-space-size=${HEAP_MB}`];
    const { stdout } = await promisify(execFile)(process.execPath, [...options, script, hour]);
    const { status, rows, buffers } = JSON.parse(stdout) as { status: string; rows: number; buffers: number };
    expect(status).toBe("published");
    expect(rows).toBeGreaterThan(EVENTS);
    expect(buffers).toBeLessThan((HEAP_MB / 2) * 1e6);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Collecting garbage in so small a heap takes a busy machine more than the project's 30 s.
}, 120_000);
