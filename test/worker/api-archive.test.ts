import { gunzipSync } from "node:zlib";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { utcDay } from "../../src/core/archive-key.ts";
import { SearchLine } from "../../src/core/archive-search.ts";
import { hourOf } from "../../src/core/durations.ts";
import { putSegment } from "../support/archive-data.ts";
import { runAlarm } from "../support/compaction.ts";
import { api, call, makeSource, ORIGIN } from "../support/api.ts";

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 2, 1, 12);
let made = 0;

const event = (at: number, n: number) =>
  JSON.stringify({ type: "track", event: "Paid", messageId: `m${n}`, receivedAt: new Date(at).toISOString(), n });

/** A source with two days of two segments each, three events in each. */
async function sourceWithDays(): Promise<{ id: string; keys: string[] }> {
  const id = String((await makeSource({ name: "Archived", slug: `archived-${++made}` }))["id"]);
  const keys: string[] = [];
  for (const [segment, at] of [NOON, NOON + 5000, NOON + DAY, NOON + DAY + 5000].entries()) {
    const lines = [0, 1, 2].map((n) => event(at + n * 100, segment * 3 + n));
    keys.push(await putSegment(id, { hour: hourOf(at), segment, lines }));
  }
  // The index of a source that is new to it first looks what there is.
  await runAlarm(id);
  return { id, keys };
}

const of = (id: string, rest = ""): string => `/sources/${id}/archive${rest}`;

const fetchFrom = (id: string, rest: string, headers: Record<string, string> = {}, method = "GET") =>
  exports.default.fetch(
    new Request(`${ORIGIN}/api${of(id, rest)}`, {
      method,
      headers: { authorization: `Bearer ${env.INLET_ADMIN_TOKEN}`, ...headers },
    }),
  );

async function search(id: string, query: string) {
  const response = await fetchFrom(id, `/search?${query}`);
  expect(response.headers.get("content-type")).toContain("application/x-ndjson");
  const lines = new TextDecoder()
    .decode(await response.arrayBuffer())
    .split("\n")
    .slice(0, -1)
    .map((line) => SearchLine.parse(JSON.parse(line)));
  const end = lines.at(-1);
  if (end === undefined || !("end" in end)) throw new Error("cut");
  return { ns: lines.flatMap((line) => ("event" in line ? [line.event["n"]] : [])), end: end.end };
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe("the archive in the control plane", () => {
  it("tells what it holds in all, by day and by object, and how long that is kept", async () => {
    const { id, keys } = await sourceWithDays();
    const { archive } = (await api("GET", of(id))).data;
    expect(archive).toMatchObject({
      days: 2,
      segments: 4,
      files: 0,
      events: 12,
      firstAt: "2026-03-01T12:00:00.000Z",
      lastAt: "2026-03-02T12:00:05.200Z",
      retention: { days: 0, from: "workspace" },
      deleted: false,
    });
    await api("PATCH", `/sources/${id}/settings`, { archive: { retentionDays: 1095 } });
    expect((await api("GET", of(id))).data["archive"]).toMatchObject({ retention: { days: 1095, from: "source" } });

    const first = (await api("GET", of(id, "/days?pagination[count]=1"))).data;
    expect(first["days"]).toMatchObject([
      { day: "2026-03-02", segments: 2, events: 6, kinds: [{ name: "Paid", count: 6 }] },
    ]);
    const next = String(first["pagination"]!["next"]);
    const second = (await api("GET", of(id, `/days?pagination[count]=1&pagination[cursor]=${next}`))).data;
    expect(second["days"]).toMatchObject([{ day: "2026-03-01" }]);
    expect(second["pagination"]!["next"]).toBeUndefined();

    const day = (await api("GET", of(id, "/days/2026-03-01?pagination[count]=1"))).data;
    expect(day["objects"]).toMatchObject([{ key: keys[0], compacted: false, segments: 1, events: 3 }]);
    const rest = (await api("GET", of(id, "/days/2026-03-01?pagination[cursor]=1"))).data;
    expect(rest["objects"]).toMatchObject([{ key: keys[1] }]);
    expect((await api("GET", of(id, "/days/2026-03-03"))).status).toBe(404);
    expect((await api("GET", of(id, "/days/2026-02-30"))).status).toBe(422);
    expect((await api("GET", of(id, "/days?pagination[cursor]=abc"))).status).toBe(422);
  });

  it("is searched in pages, newest first or last", async () => {
    const { id } = await sourceWithDays();
    const first = await search(id, "limit=5");
    expect(first.ns).toEqual([11, 10, 9, 8, 7]);
    expect(first.end.reason).toBe("limit");
    const second = await search(id, `limit=1000&cursor=${first.end.cursor}`);
    expect(second.ns).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(second.end).toMatchObject({ reason: "complete", matched: 7 });
    const filter = encodeURIComponent("n > 3");
    expect((await search(id, `order=asc&endTime=2026-03-02&filter=${filter}`)).ns).toEqual([4, 5]);
    expect(
      (await search(id, "order=asc&startTime=2026-03-01T12:00:05.100Z&events=Paid&events=Other&limit=2")).ns,
    ).toEqual([4, 5]);
    expect((await search(id, "text=%22M1%22")).ns).toEqual([1]);
    expect((await search(id, "types=page")).ns).toEqual([]);
  });

  it.each([
    ["filter=n+%3E", "filter"],
    ["cursor=asc.5", "cursor"],
    ["cursor=../../x", "cursor"],
    ["startTime=2026-03-02&endTime=2026-03-01", "endTime"],
    ["startTime=yesterday", "startTime"],
    ["limit=1001", "limit"],
    ["limit=0", "limit"],
    ["types=click", "types.0"],
    ["order=up", "order"],
    [`text=${"x".repeat(501)}`, "text"],
    [`filter=${"(".repeat(1000)}`, "filter"],
  ])("refuses %.40s and names the field", async (query, field) => {
    const source = await makeSource({ name: "Asked", slug: `asked-${++made}` });
    const { status, errors } = await api("GET", of(String(source["id"]), `/search?${query}`));
    expect({ status, field: errors[0]?.field }).toEqual({ status: 422, field });
  });

  it("says how a time is written that it cannot read", async () => {
    const source = await makeSource({ name: "Asked", slug: `asked-${++made}` });
    const { errors } = await api("GET", of(String(source["id"]), "/search?startTime=yesterday"));
    expect(errors).toMatchObject([
      { field: "startTime", message: "A time such as 2026-05-01 or 2026-05-01T12:00:00Z." },
    ]);
  });

  it("searches ranges however large", async () => {
    const { id } = await sourceWithDays();
    const range = "startTime=0001-01-01&endTime=9999-12-31";
    expect((await search(id, `${range}&limit=1`)).ns).toEqual([11]);
    expect((await search(id, `${range}&limit=1&order=asc`)).ns).toEqual([0]);
    expect((await search(id, "order=desc&cursor=desc.9999999999999999")).ns).toHaveLength(12);
  });

  it("is given out by range as one gzip file", async () => {
    const { id } = await sourceWithDays();
    const answer = await fetchFrom(id, "/download?startTime=2026-03-01T12:00:00.100Z&endTime=2026-03-02");
    expect(answer.headers.get("content-type")).toBe("application/gzip");
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="${id}_2026-03-01T120000Z_2026-03-02T000000Z.ndjson.gz"`,
    );
    const lines = gunzipSync(await bytesOf(answer))
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines).toEqual([1, 2, 3, 4, 5].map((n) => event(NOON + (n % 3) * 100 + (n > 2 ? 5000 : 0), n)));
  });

  it("is given out object by object, or by bytes of one", async () => {
    const { id, keys } = await sourceWithDays();
    const path = `/file?key=${encodeURIComponent(keys[0]!)}`;
    const whole = await fetchFrom(id, path);
    expect(whole.headers.get("content-disposition")).toContain(`${id}_${utcDay(NOON)}_0-000000000.gz`);
    const bytes = await bytesOf(whole);
    expect(gunzipSync(bytes).toString()).toContain('"m0"');
    const part = await fetchFrom(id, path, { range: "bytes=2-5" });
    expect({ status: part.status, range: part.headers.get("content-range") }).toEqual({
      status: 206,
      range: `bytes 2-5/${bytes.byteLength}`,
    });
    expect(await bytesOf(part)).toEqual(bytes.slice(2, 6));
    const none = await fetchFrom(id, path, { range: "bytes=99999-" });
    expect(none.status).toBe(416);
  });

  it("gives out nothing but the source's own objects", async () => {
    const [{ id, keys }, other] = [await sourceWithDays(), await sourceWithDays()];
    await env.ARCHIVE.put(`archive-index/${id}/1.json`, "{}");
    const day = keys[0]!.split("/")[2];
    const bad = [
      other.keys[0]!,
      `segment-logs/${id}/../${other.keys[0]!.slice("segment-logs/".length)}`,
      `segment-logs/${id}/${day}/../../${other.id}/${day}/0-000000000.gz`,
      `segment-logs/${id}/`,
      `/${keys[0]!}`,
      `${keys[0]!}\u0000`,
      `archive-index/${id}/1.json`,
      `segment-logs/${id}/${day}/9-000000000.gz`,
    ];
    for (const key of bad) {
      expect((await fetchFrom(id, `/file?key=${encodeURIComponent(key)}`)).status, key).toBe(404);
    }
    expect((await call("GET", of(id, "/search"))).status).toBe(401);
    expect((await call("GET", of(id, "/download"))).status).toBe(401);
  });

  it("of a deleted source is there as long as anything is left of it", async () => {
    const { id, keys } = await sourceWithDays();
    await api("DELETE", `/sources/${id}`);
    expect((await api("GET", of(id))).data["archive"]).toMatchObject({ deleted: true, events: 12 });
    expect((await search(id, "")).ns).toHaveLength(12);
    expect((await fetchFrom(id, "/download")).status).toBe(200);
    await env.ARCHIVE.delete(keys);
    expect((await api("GET", of(id))).status).toBe(404);
    for (const never of ["src_never", "..", "a%2Fb", "%00"]) {
      expect((await api("GET", of(never, "/search"))).status, never).toBe(404);
    }
  });
});
