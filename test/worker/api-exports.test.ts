import { gzipSync } from "node:zlib";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { segmentKey, utcDay } from "../../src/core/archive-key.ts";
import { api, makeSource, ORIGIN, type Json } from "../support/api.ts";
import { HOUR } from "../support/exports.ts";

const HOUR_NOW = () => Math.floor(Date.now() / HOUR) * HOUR;

let made = 0;

/** A segment of three events in the archive of a new source, received in the hour that is open. */
async function sourceWithEvents(): Promise<string> {
  const source = await makeSource({ name: "Exported", slug: `exported-${++made}` });
  const id = String(source["id"]);
  const receivedAt = new Date().toISOString();
  const lines = [1, 2, 3].map((n) =>
    JSON.stringify({ type: "track", event: "Paid", messageId: `m${n}`, receivedAt, context: {}, properties: { n } }),
  );
  const packed = gzipSync(lines.join("\n"));
  const at = Date.parse(receivedAt);
  const key = segmentKey(id, utcDay(at), 0, 1);
  await env.ARCHIVE.put(key, packed);
  const facts = { hour: HOUR_NOW(), bytes: packed.byteLength, firstAt: at, lastAt: at };
  await env.ARCHIVE_INDEX.getByName(id).add({ sourceId: id, shard: 0, segment: 1, key, count: 3, facts });
  return id;
}

const of = (id: string, rest = ""): string => `/sources/${id}/exports${rest}`;

async function exported(): Promise<string> {
  const id = await sourceWithEvents();
  const { status, text } = await api("POST", of(id, "/run"), {});
  if (status !== 200) throw new Error(text);
  await vi.waitFor(
    async () => {
      const { data } = await api("GET", of(id));
      expect(data["exports"]).toMatchObject({ publishedHours: 1, waitingHours: 0, followers: [{ behind: 0 }] });
    },
    { timeout: 15_000, interval: 50 },
  );
  return id;
}

const download = (id: string, key: string, headers: Record<string, string> = {}, method = "GET") =>
  exports.default.fetch(
    new Request(`${ORIGIN}/api${of(id, `/file?key=${encodeURIComponent(key)}`)}`, {
      method,
      headers: { authorization: `Bearer ${env.INLET_ADMIN_TOKEN}`, ...headers },
    }),
  );

describe("exports in the control plane", () => {
  it("run when they are asked for, the open hour too, and tell what they have done", async () => {
    const id = await exported();
    const summary = (await api("GET", of(id))).data["exports"]!;
    expect(summary).toMatchObject({ enabled: true, events: 3, rows: 6, tables: 2 });
    expect(summary["schema"]).toMatch(/^exported_\d+$/);
    const tables = (await api("GET", of(id, "/tables"))).data;
    expect(tables["schema"]).toBe(summary["schema"]);
    const names = (tables["tables"] as unknown as Json[]).map(({ name, rows, files }) => [name, rows, files]);
    expect(names.toSorted()).toEqual([
      ["paid", 3, 1],
      ["tracks", 3, 1],
    ]);
    expect((await api("GET", of(id, "/hours"))).data["hours"]).toMatchObject([
      { hour: new Date(HOUR_NOW()).toISOString(), state: "published", version: 1, events: 3 },
    ]);
    const runs = await api("GET", of(id, "/runs?pagination[count]=1"));
    expect(runs.data["runs"]).toMatchObject([{ target: "snapshot", status: "success" }]);
    const more = String(runs.data["pagination"]!["next"]);
    expect((await api("GET", of(id, `/runs?pagination[cursor]=${more}`))).data["runs"]).toMatchObject([
      { target: "lake", status: "success", rows: 6 },
    ]);
    // Nothing has come since: nothing is made again.
    await api("POST", of(id, "/run"));
    expect((await api("GET", of(id))).data["exports"]).toMatchObject({ waitingHours: 0 });
  });

  it("give out the files of the source's own schema, whole or in part", async () => {
    const id = await exported();
    const { files } = (await api("GET", of(id, "/files?table=paid"))).data;
    const [file] = files as unknown as { key: string; bytes: number; rows: number; table: string }[];
    expect(file).toMatchObject({ table: "paid", rows: 3, version: 1 });
    const whole = await download(id, file!.key);
    const bytes = new Uint8Array(await whole.arrayBuffer());
    expect([whole.status, bytes.byteLength, whole.headers.get("accept-ranges")]).toEqual([200, file!.bytes, "bytes"]);
    const part = await download(id, file!.key, { range: "bytes=-4" });
    expect([
      part.status,
      part.headers.get("content-range"),
      new TextDecoder().decode(await part.arrayBuffer()),
    ]).toEqual([206, `bytes ${file!.bytes - 4}-${file!.bytes - 1}/${file!.bytes}`, "PAR1"]);
    expect((await download(id, file!.key, { range: "bytes=99999999-" })).status).toBe(416);
    const head = await download(id, file!.key, {}, "HEAD");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(file!.bytes)]);
    const other = String((await makeSource({ name: "Other" }))["id"]);
    expect((await download(other, file!.key)).status).toBe(404);
    expect((await download(id, `segment-logs/${id}/0/0-000000001.gz`)).status).toBe(404);
    expect((await download(id, file!.key.replace("/paid/", "/none/"))).status).toBe(404);
  });

  it("make a table again when a column's type is changed", async () => {
    const id = await exported();
    const answer = await api("PATCH", of(id, "/tables/paid/columns/n"), { type: "float" });
    expect(answer.data).toEqual({ hours: 1 });
    await vi.waitFor(
      async () =>
        expect((await api("GET", of(id, "/hours"))).data["hours"]).toMatchObject([{ state: "published", version: 2 }]),
      { timeout: 15_000, interval: 50 },
    );
    const tables = (await api("GET", of(id, "/tables"))).data["tables"] as unknown as {
      name: string;
      columns: unknown[];
    }[];
    expect(tables.find(({ name }) => name === "paid")!.columns).toContainEqual({ name: "n", type: "float" });
    expect((await api("PATCH", of(id, "/tables/paid/columns/id"), { type: "float" })).status).toBe(409);
    expect((await api("PATCH", of(id, "/tables/paid/columns/none"), { type: "float" })).status).toBe(404);
    expect((await api("PATCH", of(id, "/tables/paid/columns/n"), { type: "text" })).status).toBe(422);
    expect((await api("DELETE", of(id, "/tables/paid"))).status).toBe(409);
    expect((await api("DELETE", of(id, "/tables/none"))).status).toBe(404);
  });

  it("do not run while they are switched off, and refuse what makes no sense", async () => {
    const id = await sourceWithEvents();
    await api("PATCH", `/sources/${id}/settings`, { exports: { enabled: false } });
    expect((await api("POST", of(id, "/run"), {})).status).toBe(409);
    expect((await api("GET", of(id))).data["exports"]).toMatchObject({ enabled: false });
    await api("PATCH", `/sources/${id}/settings`, { exports: { enabled: true } });
    const window = { startTime: "2026-01-02", endTime: "2026-01-01" };
    expect((await api("POST", of(id, "/run"), window)).errors).toMatchObject([{ field: "endTime" }]);
    expect((await api("GET", of(id, "/runs?pagination[cursor]=x"))).status).toBe(422);
    expect((await api("GET", of(id, "/files?pagination[cursor]=x"))).status).toBe(422);
    expect((await api("GET", of("none"))).status).toBe(404);
    expect((await api("PATCH", `/sources/${id}/settings`, { exports: { schema: "pg_x" } })).status).toBe(422);
  });
});
