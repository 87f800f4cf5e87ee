import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { archivePrefix } from "../../src/core/archive-key.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import type { SegmentPointer } from "../../src/core/intake.ts";
import type { ExpectedTable } from "../../test/support/warehouse-totals.ts";
import { startInlet, type RunningInlet } from "../../test/support/server.ts";
import { KeptSegments, linkWarehouse } from "./bucket-files.ts";
import { convertWithDuckDb, type DuckDbOwn } from "./duckdb-own.ts";
import { watchMemory, type MemoryPeak } from "./memory.ts";
import { RawTruth, SegmentWriter } from "./segments.ts";
import { differencesOf } from "./tables.ts";
import { monthOf, type MadeHour, type Traffic } from "./traffic.ts";

export interface MonthOptions extends Traffic {
  /** Lines of a segment. */
  readonly linesEach: number;
  /** Let DuckDB convert the same segments, for comparison. */
  readonly compareSpeed: boolean;
  /** Of the events, the share that reaches the archive only after everything was exported, 0 to 1. */
  readonly late: number;
  log(text: string): void;
  /** Before anything is exported: whoever is to follow it is connected here. */
  prepare?(inlet: RunningInlet, sourceId: string): Promise<void>;
  /** At the end, with what the tables must hold. */
  examine?(schema: string, tables: ReadonlyMap<string, ExpectedTable>): Promise<void>;
}

export interface MonthReport {
  readonly events: number;
  readonly segments: number;
  /** Packed bytes of the segments, and of the published Parquet. */
  readonly archivedBytes: number;
  readonly hours: number;
  readonly tables: number;
  readonly rows: number;
  /** From the wish to export to the last publication, snapshot included. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly memory: MemoryPeak;
  /** What DuckDB reads otherwise than the raw segments say; empty = all equal. */
  readonly differences: readonly string[];
  readonly lateEvents: number;
  readonly lateDifferences: readonly string[];
  /** On one thread, as Inlet; absent unless asked for. */
  readonly duckDb?: DuckDbOwn;
}

interface Summary {
  readonly exports: {
    readonly schema: string | null;
    readonly publishedHours: number;
    readonly waitingHours: number;
    readonly followers: readonly { readonly behind: number; readonly running: boolean; readonly error?: string }[];
  };
}

/** So many looks in a row, a second apart, without any progress: something is stuck, and says so. */
const PATIENCE = 120;

async function untilExported(inlet: RunningInlet, where: string, hours: number): Promise<string> {
  let before = "";
  for (let still = 0; still < PATIENCE;) {
    const { exports } = await inlet.api<Summary>("GET", where);
    const isDone =
      exports.publishedHours >= hours &&
      exports.waitingHours === 0 &&
      exports.followers.every(({ behind, running }) => behind === 0 && !running);
    if (isDone && exports.schema !== null) return exports.schema;
    const now = JSON.stringify(exports);
    still = now === before ? still + 1 : 0;
    before = now;
    await sleep(500);
  }
  throw new Error(`the exports make no progress: ${before}`);
}

/** Until the archive's index has all segments. */
async function untilKnown(inlet: RunningInlet, sourceId: string, segments: number): Promise<void> {
  for (let tries = 0; tries < PATIENCE; tries++) {
    const { archive } = await inlet.api<{ archive: { segments: number; adopting?: boolean } }>(
      "GET",
      `/api/sources/${sourceId}/archive`,
    );
    if (archive.segments === segments && archive.adopting !== true) return;
    await sleep(500);
  }
  throw new Error("the archive's index does not learn of all segments");
}

/** Parts the late events off, every `every`th of an hour: they come in segments of their own when all hours are over. */
function partOff({ hour, events }: MadeHour, every: number): { onTime: MadeHour; late: MadeHour["events"] } {
  const isLate = (n: number): boolean => every > 0 && n % every === Math.min(every, events.length) - 1;
  return { onTime: { hour, events: events.filter((_, n) => !isLate(n)) }, late: events.filter((_, n) => isLate(n)) };
}

async function compare(inlet: RunningInlet, sourceId: string, schema: string, truth: RawTruth) {
  const folder = await mkdtemp(path.join(tmpdir(), "inlet-month-"));
  try {
    linkWarehouse(inlet.stateDir, folder);
    const url = new URL(`/api/sources/${sourceId}/exports/statements`, inlet.url);
    url.search = String(new URLSearchParams({ dialect: "duckdb", base: folder }));
    const answer = await fetch(url, { headers: { authorization: `Bearer ${inlet.adminToken}` } });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return await differencesOf(await answer.text(), schema, truth.totals.tables());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Fills an archive with a month of traffic, has the built product export it, and compares every table DuckDB reads with
 * what the raw segments say; then lets late events come and compares again.
 */
export async function runMonth(options: MonthOptions): Promise<MonthReport> {
  const { log, linesEach, hours } = options;
  const keptIn = await mkdtemp(path.join(tmpdir(), "inlet-segments-"));
  const inlet = await startInlet({ INLET_DEMO: "false" }, { inspectorPort: 0 });
  try {
    const { source } = await inlet.api<{ source: { id: string } }>("POST", "/api/sources", {
      slug: "month",
      name: "A month",
      enabled: true,
      metadataId: "server",
      settings: {},
    });
    const bucket = await inlet.miniflare.getR2Bucket("ARCHIVE");
    const writer = new SegmentWriter(bucket, source.id, linesEach);
    const every = options.late === 0 ? 0 : Math.round(1 / options.late);
    const late: MadeHour["events"][number][] = [];
    let events = 0;
    for (const made of monthOf(options)) {
      const parted = partOff(made, every);
      late.push(...parted.late);
      events += parted.onTime.events.length;
      await writer.write(parted.onTime);
    }
    log(`${events} events in ${writer.segments} segments, ${writer.bytes} bytes`);
    const prefix = archivePrefix(source.id);
    const kept = new KeptSegments(inlet.stateDir, keptIn);
    kept.keep(prefix);
    const truth = new RawTruth(kept, source.id);
    // On the other processor: the runtime has its own.
    const reading = truth.readNew();
    // The index takes them in as it would those of an earlier version: it was never told of them.
    await untilKnown(inlet, source.id, writer.segments);
    log("the archive's index has them");
    await options.prepare?.(inlet, source.id);
    const memory = await watchMemory(inlet.miniflare);
    const where = `/api/sources/${source.id}/exports`;
    const start = performance.now();
    await inlet.api("POST", `${where}/run`, {});
    const schema = await untilExported(inlet, where, hours);
    const seconds = (performance.now() - start) / 1000;
    await reading;
    log(`exported after ${seconds.toFixed(0)} s, and the raw segments are read`);
    const found = await compare(inlet, source.id, schema, truth);
    log(`${found.rows} rows in ${found.tables} tables after ${seconds.toFixed(0)} s`);

    log(`${found.differences.length} differences`);
    const duckDb = options.compareSpeed ? await convertWithDuckDb(kept.files, 1) : undefined;

    const lastHour = options.start + hours * HOUR_MS;
    if (late.length > 0) {
      const events = await inlet.miniflare.getQueueProducer<SegmentPointer>("EVENTS");
      const pointers = await writer.write({ hour: lastHour, events: late });
      kept.keep(prefix);
      for (const pointer of pointers) await events.send(pointer);
      const reading = truth.readAgain();
      await untilKnown(inlet, source.id, writer.segments);
      await inlet.api("POST", `${where}/run`, {});
      await untilExported(inlet, where, hours);
      await reading;
    }
    const again = await compare(inlet, source.id, schema, truth);
    await memory.stop();
    await options.examine?.(schema, truth.totals.tables());
    return {
      events,
      segments: writer.segments,
      archivedBytes: writer.bytes,
      hours,
      tables: found.tables,
      rows: found.rows,
      seconds,
      rowsPerSecond: found.rows / seconds,
      eventsPerSecond: events / seconds,
      memory: memory.peak,
      differences: found.differences,
      lateEvents: late.length,
      lateDifferences: again.differences,
      ...(duckDb === undefined ? {} : { duckDb }),
    };
  } finally {
    await inlet.stop();
    await rm(keptIn, { recursive: true, force: true });
  }
}
