// Exports one hour from segments on disk, in a small heap: `node --expose-gc --max-old-space-size=<MB> hour-in-heap.ts <folder>`.
import { createReadStream, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createGunzip } from "node:zlib";
import { segmentKey } from "../../src/core/archive-key.ts";
import { HOUR_MS } from "../../src/core/durations.ts";
import { EXPORTS } from "../../src/core/export-times.ts";
import { splitLines } from "../../src/core/segment-lines.ts";
import { exportHour } from "../../src/warehouse/export-hour.ts";
import type { HourDeps } from "../../src/warehouse/hour-deps.ts";
import { hourClaim } from "./hour-claim.ts";

const [folder = ""] = process.argv.slice(2);
const names = readdirSync(folder).filter((name) => name.endsWith(".gz"));
/** The hour is in the name of the folder. */
const hour = Number(path.basename(folder));
const listed = names.map((_, n) => ({
  key: segmentKey("s1", hour, 0, n),
  count: 1000,
  bytes: 1,
  firstAt: hour,
  lastAt: hour + HOUR_MS - 1,
}));
const fileOf = new Map(listed.map(({ key }, n) => [key, path.join(folder, names[n]!)]));

const claim = hourClaim(hour, { ndjson: true });
let rows = 0;
let files = 0;
/** Greatest number of bytes outside the heap, garbage excluded, at a moment when a file is handed over. */
let buffers = 0;
let no = 0;
const held = { status: "held" } as const;
const idFile = (key: string): string => path.join(folder, `${key.replaceAll("/", "_")}.ids`);

const deps: HourDeps = {
  exports: {
    claimHour: async () => claim,
    renewHour: async () => held,
    writing: async () => held,
    checkpoint: async () => held,
    failHour: async (_, error) => {
      throw new Error(error);
    },
    publishing: async (_, { progress }) => {
      for (const list of Object.values(progress.files)) for (const file of list) rows += file.rows;
      const { seq, upserts, ids, ndjson } = progress;
      const at = { no: ++no, sourceId: "s1", schema: "shop", hour, version: 1, publishedAt: 1 };
      return { ...held, publication: { ...at, seq, tables: [], upserts, ids, ndjson } };
    },
    published: async () => held,
  },
  segments: async () => ({ seq: 1, segments: listed }),
  readSegment: async ({ key }) =>
    splitLines(createReadStream(fileOf.get(key)!).pipe(createGunzip()).setEncoding("utf8")),
  async put(key, bytes) {
    files++;
    globalThis.gc?.();
    buffers = Math.max(buffers, process.memoryUsage().arrayBuffers);
    if (key.includes("ids")) await writeFile(idFile(key), bytes);
  },
  putNewer: async () => undefined,
  open: async (key) => new Blob([await readFile(idFile(key))]).stream(),
  heartbeat: () => () => undefined,
  rest: async () => undefined,
  now: () => hour,
  limits: EXPORTS,
};

const status = await exportHour(deps);
console.log(JSON.stringify({ status, rows, files, buffers }));
