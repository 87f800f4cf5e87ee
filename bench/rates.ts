// How fast the parts behind the door go on their own: routing of segments, and the making of tables.
import { execFile } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ROOT } from "../scripts/serve.mjs";
import { segmentKey, utcDay } from "../src/core/archive-key.ts";
import { hourOf } from "../src/core/durations.ts";
import type { SegmentPointer } from "../src/core/intake.ts";
import type { DuckDbWork, ParquetWork } from "./parquet.ts";
import { startServer, VARS, type BenchServer } from "./servers.ts";

export interface RoutingRate {
  /** Pointers of full segments, each added to the archive's index, asked about destinations, and confirmed. */
  readonly pointersPerSecond: number;
  /** Of full segments, 1 MB of the bench's events. */
  readonly eventsPerSecond: number;
  readonly cpuPerPointer: number | undefined;
}

export interface ExportRate {
  readonly ours: ParquetWork;
  readonly theirs: DuckDbWork;
  readonly rowsToTheirs: number;
}

/** 1 MB of 1.2 kB lines. */
const EVENTS_OF_SEGMENT = 830;
const AT_ONCE = 100;
const LIMIT_MS = 60_000;

async function api<T>(server: BenchServer, method: string, where: string, body?: object): Promise<T> {
  const response = await fetch(new URL(`/api${where}`, server.url), {
    method,
    headers: { authorization: `Bearer ${VARS.INLET_ADMIN_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${where} → ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { data: T }).data;
}

function pointerOf(sourceId: string, segment: number, at: number): SegmentPointer {
  const hour = hourOf(at);
  const kinds = [{ kind: { type: "track" as const, name: "Product Added" }, count: EVENTS_OF_SEGMENT }];
  return {
    sourceId,
    shard: 0,
    segment,
    key: segmentKey(sourceId, utcDay(hour), 0, segment),
    count: EVENTS_OF_SEGMENT,
    facts: { hour, bytes: 80_000, firstAt: at, lastAt: at + 900, kinds },
  };
}

/** Puts pointers on the EVENTS queue and waits until the archive's index has them all. */
export async function measureRouting(pointers: number): Promise<RoutingRate> {
  const server = await startServer("inlet");
  try {
    const { source } = await api<{ source: { id: string } }>(server, "POST", "/sources", { name: "Routing" });
    const queue = await server.miniflare.getQueueProducer<SegmentPointer>("EVENTS");
    const known = async (): Promise<number> =>
      (await api<{ archive: { segments: number } }>(server, "GET", `/sources/${source.id}/archive`)).archive.segments;
    const now = Date.now();
    const before = server.cpuMs();
    const start = performance.now();
    for (let from = 0; from < pointers; from += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, n) => ({ body: pointerOf(source.id, from + n, now) }));
      await queue.sendBatch(some);
    }
    while ((await known()) < pointers) {
      if (performance.now() - start > LIMIT_MS) throw new Error(`${await known()} of ${pointers} pointers in time`);
      await sleep(20);
    }
    const seconds = (performance.now() - start) / 1000;
    const after = server.cpuMs();
    return {
      pointersPerSecond: pointers / seconds,
      eventsPerSecond: (pointers * EVENTS_OF_SEGMENT) / seconds,
      cpuPerPointer: before === undefined || after === undefined ? undefined : (after - before) / pointers,
    };
  } finally {
    await server.stop();
  }
}

/** Stored events to Parquet in a process of its own, beside DuckDB's conversion of the same. */
export async function measureExport(events: number): Promise<ExportRate> {
  const args = [path.join(ROOT, "bench/parquet.ts"), String(events)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e7 });
  return JSON.parse(stdout) as ExportRate;
}
