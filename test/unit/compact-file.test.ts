import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { buildFile } from "../../src/bindings/compact-file.ts";
import { COMPACTION, type BuiltFile } from "../../src/core/compaction.ts";
import { memoryBucket, packSegment } from "../support/memory-bucket.ts";

/** Text that hardly packs. */
const noise = (chars: number, start: number): string => {
  let seed = start;
  let text = "";
  while (text.length < chars) text += ((seed = (seed * 48271) % 0x7fffffff) >>> 0).toString(36);
  return text.slice(0, chars);
};

const linesOf = (segment: number, count: number, filling = ""): string[] =>
  Array.from({ length: count }, (_, line) => JSON.stringify({ messageId: `${segment}-${line}`, filling }));

const noisyLinesOf = (segment: number, count: number, chars: number): string[] =>
  Array.from({ length: count }, (_, line) =>
    JSON.stringify({ messageId: `${segment}-${line}`, filling: noise(chars, segment * 10_000 + line + 1) }),
  );

async function build(segments: Readonly<Record<string, readonly string[]>>) {
  const packed = Object.entries(segments).map(([key, lines]) => ({ key, ...packSegment(key, lines) }));
  const memory = memoryBucket(new Map(packed.map((one) => [one.key, one.packed])));
  const built = await buildFile(
    memory.bucket,
    memory.upload,
    packed.map(({ plan }) => plan),
  );
  return { ...memory, built };
}

/** The lines of a segment, read as a reader does: its member alone, from its first line on. */
function readBack(file: Buffer, { members }: BuiltFile, key: string, count: number): string[] | undefined {
  for (const { offset, length, segments } of members) {
    const found = segments.find((one) => one.key === key);
    if (found === undefined) continue;
    const text = gunzipSync(file.subarray(offset, offset + length)).toString();
    return text.split("\n").slice(found.firstLine, found.firstLine + count);
  }
  return undefined;
}

const SMALL = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`small-${n}`, linesOf(n, 50, "x".repeat(600))]));
const MIXED = {
  ...SMALL,
  large: noisyLinesOf(100, 500, 1500),
  unpacksToMuch: linesOf(101, 3000, "y".repeat(500)),
  last: linesOf(102, 3),
};

describe("a compacted file", () => {
  it("gives every segment back, byte for byte, from its member alone", async () => {
    const { built, file, state } = await build(MIXED);
    expect(state.completed).toBe(true);
    expect(built.left).toEqual([]);
    expect(built.bytes).toBe(file().byteLength);
    for (const [key, lines] of Object.entries(MIXED)) expect(readBack(file(), built, key, lines.length)).toEqual(lines);
  });

  it("packs small segments together up to a megabyte of lines, and copies large ones as they are", async () => {
    const { built, file } = await build(MIXED);
    const together = built.members.filter(({ segments }) => segments.length > 1);
    expect(together).toHaveLength(2);
    for (const { offset, length } of together) {
      expect(gunzipSync(file().subarray(offset, offset + length)).byteLength).toBeLessThanOrEqual(
        COMPACTION.memberBytes,
      );
    }
    expect(packSegment("large", MIXED.large).packed.byteLength).toBeGreaterThan(COMPACTION.copyBytes);
    for (const key of ["large", "unpacksToMuch"] as const) {
      const member = built.members.find(({ segments }) => segments.some((one) => one.key === key));
      expect(member?.segments).toEqual([{ key, firstLine: 0 }]);
      const bytes = file().subarray(member!.offset, member!.offset + member!.length);
      expect(Buffer.from(packSegment(key, MIXED[key]).packed).equals(bytes)).toBe(true);
    }
  });

  it("is read whole by DuckDB, by gunzip and by node's zlib, as one text", async () => {
    const { file } = await build(MIXED);
    const all = Object.values(MIXED).flat();
    expect(gunzipSync(file()).toString()).toBe(`${all.join("\n")}\n`);
    const folder = mkdtempSync(path.join(tmpdir(), "inlet-compact-"));
    try {
      const at = path.join(folder, "hour-12-1.gz");
      writeFileSync(at, file());
      const gunzipped = execFileSync("gunzip", ["-c", at], { maxBuffer: 100_000_000 }).toString();
      expect(gunzipped).toBe(`${all.join("\n")}\n`);
      const duck = await (await DuckDBInstance.create()).connect();
      const json = `read_json('${at}', format='newline_delimited', compression='gzip')`;
      const rows = await duck.runAndReadAll(
        `SELECT count(*)::INT AS n, count(DISTINCT messageId)::INT AS ids FROM ${json}`,
      );
      expect(rows.getRowObjects()).toEqual([{ n: all.length, ids: all.length }]);
      const csv = `read_csv('${at}', columns={'line':'VARCHAR'}, delim='\\t', quote='', header=false, compression='gzip', max_line_size=4000000)`;
      const text = await duck.runAndReadAll(`SELECT count(*)::INT AS n FROM ${csv}`);
      expect(text.getRowObjects()).toEqual([{ n: all.length }]);
      duck.closeSync();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("goes up in equal parts of 5 MiB, the last one smaller", async () => {
    const { parts, file } = await build({
      a: noisyLinesOf(1, 2000, 1900),
      b: noisyLinesOf(2, 3000, 2000),
      c: linesOf(3, 2),
    });
    expect(file().byteLength).toBeGreaterThan(COMPACTION.partBytes);
    expect(parts.slice(0, -1).map((part) => part.byteLength)).toEqual(
      parts.slice(0, -1).map(() => COMPACTION.partBytes),
    );
    expect(parts.at(-1)!.byteLength).toBeLessThanOrEqual(COMPACTION.partBytes);
  });
});

describe("segments that cannot be laid together", () => {
  it("are left as they are, by name, and the others lie as they should", async () => {
    const good = packSegment("good", linesOf(1, 5));
    const short = packSegment("short", linesOf(2, 5));
    const other = packSegment("other", linesOf(3, 5));
    const memory = memoryBucket(
      new Map([
        ["good", good.packed],
        ["short", short.packed],
        ["broken", new Uint8Array([31, 139, 8, 0, 1, 2, 3])],
        ["other", other.packed],
      ]),
    );
    const built = await buildFile(memory.bucket, memory.upload, [
      good.plan,
      { ...short.plan, count: 6 },
      { key: "broken", bytes: 7, count: 1 },
      { key: "gone", bytes: 100, count: 1 },
      { key: "gone-large", bytes: 1_000_000, count: 1 },
      other.plan,
    ]);
    expect(built.left).toEqual([
      { key: "short", reason: "line_count" },
      { key: "broken", reason: "unreadable" },
      { key: "gone", reason: "missing" },
      { key: "gone-large", reason: "missing" },
    ]);
    expect(readBack(memory.file(), built, "other", 5)).toEqual(linesOf(3, 5));
  });

  it("leave no file when there are no others", async () => {
    const memory = memoryBucket(new Map());
    const built = await buildFile(memory.bucket, memory.upload, [{ key: "gone", bytes: 100, count: 1 }]);
    expect(built).toMatchObject({ bytes: 0, members: [] });
    expect(memory.state).toEqual({ completed: false, aborted: true });
  });
});
