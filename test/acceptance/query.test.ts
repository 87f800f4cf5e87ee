import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/sources.ts";
import { startInlet, type RunningInlet } from "../support/server.ts";

const run = promisify(execFile);
const KEY = "demo_write_key_local";
let inlet: RunningInlet;
const folder = mkdtempSync(path.join(tmpdir(), "inlet-query-"));
beforeAll(async () => {
  inlet = await startInlet();
});
afterAll(async () => {
  await inlet.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function send(type: "track" | "identify", call: Record<string, unknown>): Promise<void> {
  const headers = { authorization: `Basic ${btoa(`${KEY}:`)}`, "content-type": "application/json" };
  const body = JSON.stringify({ userId: "u1", ...call });
  const { status } = await fetch(new URL(`/v1/${type}`, inlet.url), { method: "POST", headers, body });
  expect(status).toBe(200);
}
const order = (properties: Record<string, unknown>) => send("track", { event: "Order Completed", properties });

const source = async (): Promise<string> => {
  const { sources } = await inlet.api<{ sources: { id: string }[] }>("GET", "/api/sources");
  return `/api/sources/${sources[0]?.id}`;
};

/** As somebody types it; what it prints. */
async function query(...args: readonly string[]): Promise<string> {
  const options = ["--url", inlet.url.origin, "--to", folder];
  const { stdout, stderr } = await run(process.execPath, ["scripts/query.mjs", ...args, ...options], {
    cwd: ROOT,
    env: { ...process.env, INLET_ADMIN_TOKEN: inlet.adminToken, INLET_API_TOKEN: "" },
  });
  expect(stdout + stderr).not.toContain(inlet.adminToken);
  return stdout;
}
/** Everything under warehouse/, replaced files and manifests too. */
async function copyBucket(to: string): Promise<void> {
  const bucket = await inlet.miniflare.getR2Bucket("ARCHIVE");
  const { objects } = await bucket.list({ prefix: "warehouse/" });
  for (const { key } of objects) {
    const object = await bucket.get(key);
    const target = path.join(to, key);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, new Uint8Array((await object?.arrayBuffer()) ?? []));
  }
}
const parquet = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".parquet"));

describe("npm run query", () => {
  it("exports the open hour, lists the tables and answers SQL", async () => {
    await order({ total: 39.95, weekday: "Monday" });
    await order({ total: 10, weekday: "Tuesday" });
    await send("identify", { traits: { plan: "pro" } });
    const tables = await query("--sync", "--source", "demo-shop");
    expect(tables).toMatch(/^demo_shop\.order_completed +2 /m);
    expect(tables).toMatch(/^demo_shop\.tracks +2 /m);
    expect(tables).toMatch(/^demo_shop\.users +1 /m);
    const sum = await query("SELECT sum(total) AS total, min(weekday) AS weekday FROM order_completed");
    expect(sum.split("\n")[2]?.trim()).toBe("49.95  Monday");
    expect(await query("SELECT plan FROM users")).toContain("pro");
  });

  it("after more events of the same hour, holds the new version and nothing of the old", async () => {
    await order({ total: 0.05 });
    const before = parquet();
    const sum = await query("--sync", "SELECT sum(total) AS total, count(DISTINCT id) AS ids FROM order_completed");
    expect(sum.split("\n")[2]?.trim()).toMatch(/^50 +3$/);
    const { files } = await inlet.api<{ files: { key: string }[] }>("GET", `${await source()}/exports/files`);
    expect(parquet().toSorted()).toEqual(files.map(({ key }) => key).toSorted());
    expect(parquet()).not.toEqual(before);
  });

  it("keeps no token in its folder", () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(parquet()).not.toEqual([]);
    const told = files.filter((file) => readFileSync(path.join(file.parentPath, file.name)).includes(inlet.adminToken));
    expect(told.map(({ name }) => name)).toEqual([]);
  });

  it("the API's views, over a copy of the bucket, follow the manifests to the same rows", async () => {
    const copy = path.join(folder, "bucket");
    await copyBucket(copy);
    const where = new URL(`${await source()}/exports/statements`, inlet.url);
    where.search = String(new URLSearchParams({ dialect: "duckdb", base: copy }));
    const response = await fetch(where, { headers: { authorization: `Bearer ${inlet.adminToken}` } });
    const script = await response.text();
    expect(script).toContain("manifest.json");
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run(script);
    const counts = ["order_completed", "tracks", "identifies", "users"].map(
      (table) => `(SELECT count(*)::INT FROM demo_shop.${table})`,
    );
    const read = await connection.runAndReadAll(`SELECT ${counts.join(", ")}`);
    expect(read.getRowsJson()).toEqual([[3, 3, 1, 1]]);
    connection.closeSync();
  });
});
