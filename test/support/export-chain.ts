import { gzipSync } from "node:zlib";
import { env } from "cloudflare:workers";
import { parquetReadObjects } from "hyparquet";
import { vi } from "vitest";
import { takeExportTasks, type ExportDeps } from "../../queues/exports.ts";
import { createExportDeps } from "../../src/bindings/export-deps.ts";
import { EXPORTS } from "../../src/core/export-times.ts";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { Manifest } from "../../src/core/exports.ts";
import type { SourceSettingsPatch } from "../../src/core/source.ts";
import { Settings } from "../../src/env.ts";
import type { LoadDeps } from "../../src/warehouse/load/follow.ts";
import { DECOMPRESSORS } from "../../src/warehouse/parquet-codec.ts";
import { createExportsRig, HOUR, type ExportsRig } from "./exports.ts";

type Line = Record<string, unknown> | string;

/** The whole chain in workerd: archive, Exports object, consumer and R2, with the test as the queue. */
export interface ExportChain extends ExportsRig {
  deps: ExportDeps;
  readonly schema: string;
  /** A segment of these events in the archive; those without a time of their own come at `at`. */
  archive(at: number, events: readonly Line[], shard?: number): Promise<string>;
  /** The archive tells of an hour as it stands. */
  tell(hour: number): Promise<void>;
  /** Works until nothing more is asked for. */
  drain(): Promise<void>;
  /** Every row of a table that manifests name. */
  rows(table: string): Promise<Record<string, unknown>[]>;
  manifests(table: string): Promise<Manifest[]>;
}

let nextId = 0;

export const track = (event: string, properties: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  type: "track",
  event,
  messageId: `m-${nextId++}`,
  userId: "u1",
  properties,
  context: { ip: "1.2.3.4" },
  integrations: {},
  ...more,
});

const objectsUnder = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await env.ARCHIVE.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.objects.map(({ key }) => key));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return keys;
};
export { objectsUnder };

async function readObject(key: string): Promise<ArrayBuffer> {
  const object = await env.ARCHIVE.get(key);
  if (object === null) throw new Error(`${key} is named and is not there`);
  return object.arrayBuffer();
}

const NO_WAREHOUSES: LoadDeps = {
  openWarehouse: async () => null,
  connect: () => Promise.reject(new Error("there is no warehouse")),
  read: async () => null,
  now: () => Date.now(),
};

export async function createExportChain(settings: SourceSettingsPatch = {}): Promise<ExportChain> {
  const rig = await createExportsRig(settings);
  const index = env.ARCHIVE_INDEX.getByName(rig.sourceId);
  let segments = 0;
  const schema = rig.slug.replaceAll("-", "_");
  const chain: ExportChain = {
    ...rig,
    deps: createExportDeps(env, Settings.parse(env), NO_WAREHOUSES),
    schema,
    async archive(at, events, shard = 0) {
      const hour = Math.floor(at / HOUR) * HOUR;
      const receivedAt = new Date(at).toISOString();
      const lines = events.map((event) =>
        typeof event === "string" ? event : JSON.stringify({ receivedAt, timestamp: receivedAt, ...event }),
      );
      const packed = gzipSync(`${lines.join("\n")}\n`);
      const segment = segments++;
      const key = segmentKey(rig.sourceId, utcDay(hour), shard, segment);
      await env.ARCHIVE.put(key, packed);
      const times = lines.map((line) => Date.parse(/"receivedAt":"([^"]+)"/.exec(line)?.[1] ?? receivedAt));
      const facts = {
        hour,
        bytes: packed.byteLength,
        firstAt: Math.min(...times),
        lastAt: Math.max(...times),
        kinds: [],
      };
      await index.add({ sourceId: rig.sourceId, shard, segment, key, count: lines.length, facts });
      return key;
    },
    async tell(hour) {
      const { seq } = await index.hour(hour);
      await rig.desk.changed([{ hour, seq }]);
    },
    async drain() {
      for (let idle = false; ;) {
        const tasks = rig.takeTasks();
        if (tasks.length === 0 && idle) return;
        idle = tasks.length === 0;
        if (idle) {
          vi.setSystemTime(Date.now() + EXPORTS.nextMs);
          await rig.alarm();
          continue;
        }
        const messages = tasks.map((body) => ({ body, ack: vi.fn<() => void>() }));
        await takeExportTasks({ messages } as unknown as MessageBatch<unknown>, chain.deps);
      }
    },
    async manifests(table) {
      const keys = (await objectsUnder(`warehouse/${schema}/${table}/day=`)).filter((key) =>
        key.endsWith("manifest.json"),
      );
      return Promise.all(
        keys.map(async (key) => Manifest.parse(JSON.parse(new TextDecoder().decode(await readObject(key))))),
      );
    },
    async rows(table) {
      const files = (await chain.manifests(table)).flatMap((manifest) => manifest.files);
      const rows: Record<string, unknown>[] = [];
      for (const { key, bytes, rows: count } of files) {
        const file = await readObject(key);
        const found = await parquetReadObjects({ file, compressors: DECOMPRESSORS });
        if (file.byteLength !== bytes || found.length !== count) throw new Error(`${key} is not as its manifest says`);
        rows.push(...found);
      }
      return rows;
    },
  };
  return chain;
}
