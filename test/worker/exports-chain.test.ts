import { gunzipSync } from "node:zlib";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { START, stopClockInEach } from "../support/clock.ts";
import { createExportChain, objectsUnder, track, type ExportChain } from "../support/export-chain.ts";
import { HOUR } from "../support/exports.ts";

const H1 = START - 30 * HOUR;
const MINUTE = 60_000;

stopClockInEach();

const idsOf = async (chain: ExportChain, table: string): Promise<string[]> =>
  (await chain.rows(table)).map((row) => String(row["id"])).toSorted();
const idOf = ({ messageId }: { messageId: string }): string => messageId;

describe("an hour in the archive", () => {
  it("becomes rows of typed tables that manifests name", async () => {
    const chain = await createExportChain();
    const order = track("Order Completed", { total: 12.5, "Coupon Code": "x", items: [1, 2] }, { messageId: "o1" });
    const user = { type: "identify", messageId: "i1", userId: "u1", traits: { plan: "pro" }, context: {} };
    await chain.archive(H1 + MINUTE, [order, user]);
    await chain.tell(H1);
    await chain.drain();
    expect(await chain.rows("order_completed")).toMatchObject([
      {
        id: "o1",
        received_at: new Date(H1 + MINUTE),
        event: "order_completed",
        event_text: "Order Completed",
        total: 12.5,
        coupon_code: "x",
        items: "[1,2]",
        context_ip: "1.2.3.4",
      },
    ]);
    expect(await chain.rows("tracks")).toMatchObject([{ id: "o1" }]);
    expect(await chain.rows("identifies")).toMatchObject([{ id: "i1", user_id: "u1", plan: "pro" }]);
    const [manifest] = await chain.manifests("order_completed");
    expect(manifest).toMatchObject({ schema: chain.schema, table: "order_completed", hour: H1, version: 1, rows: 1 });
    const day = new Date(H1).toISOString();
    expect(manifest!.files[0]!.key).toBe(
      `warehouse/${chain.schema}/order_completed/day=${day.slice(0, 10)}/hr=${day.slice(11, 13)}/${manifest!.files[0]!.key.split("/").at(-1)}`,
    );
    // The follower has made the snapshot of users.
    const { tables } = await chain.desk.tables();
    expect(tables.find(({ name }) => name === "users")).toMatchObject({ rows: 1, files: 1 });
    expect((await chain.desk.summary()).followers).toEqual([{ name: "snapshot", behind: 0, running: false }]);
    expect((await chain.desk.runs({ limit: 5 })).runs.map(({ target, status }) => [target, status])).toEqual([
      ["snapshot", "success"],
      ["lake", "success"],
    ]);
  });

  it("has the events that were received in it, whichever segment they are in", async () => {
    const chain = await createExportChain();
    const at = (ms: number) => ({ receivedAt: new Date(ms).toISOString() });
    const events = [H1 - 1, H1, H1 + HOUR - 1, H1 + HOUR].map((ms) => track("Viewed", {}, at(ms)));
    await chain.archive(H1, events);
    const parked = track("Viewed", {}, at(H1 + 5));
    await chain.archive(H1 + 3 * HOUR, [parked]);
    await chain.tell(H1);
    await chain.drain();
    expect(await idsOf(chain, "viewed")).toEqual([events[1]!, events[2]!, parked].map(idOf).toSorted());
    for (const hour of [H1 - HOUR, H1 + HOUR]) await chain.tell(hour);
    await chain.drain();
    expect(await idsOf(chain, "viewed")).toEqual([...events, parked].map(idOf).toSorted());
  });

  it("is published again as a whole when an event comes late, and only the tables of that hour", async () => {
    const chain = await createExportChain();
    const [first, other, late] = [track("Viewed", { n: 1 }), track("Viewed"), track("Viewed", { n: 2 })];
    await chain.archive(H1, [first]);
    await chain.archive(H1 + HOUR, [other]);
    for (const hour of [H1, H1 + HOUR]) await chain.tell(hour);
    await chain.drain();
    await chain.archive(H1 + 9, [late], 1);
    await chain.tell(H1);
    await chain.drain();
    expect(await idsOf(chain, "viewed")).toEqual([first, other, late].map(idOf).toSorted());
    const versions = (await chain.manifests("viewed")).map(({ hour, version, rows }) => [hour - H1, version, rows]);
    expect(versions).toEqual([
      [0, 2, 2],
      [HOUR, 1, 1],
    ]);
  });

  it("can be exported while it is open, and is complete once it is closed", async () => {
    const chain = await createExportChain();
    const [first, second] = [track("Viewed"), track("Viewed")];
    await chain.archive(START, [first]);
    await chain.tell(START);
    await chain.drain();
    expect(await idsOf(chain, "viewed")).toEqual([idOf(first)]);
    await chain.archive(START + 1, [second]);
    await chain.tell(START);
    await chain.drain();
    expect(await idsOf(chain, "viewed")).toEqual([first, second].map(idOf).toSorted());
    await chain.tell(START);
    expect(chain.takeTasks()).toEqual([]);
  });

  it("has each id once: the first of the hour, and none that an hour of the seven days before has", async () => {
    const chain = await createExportChain();
    const copy = (n: number) => track("Viewed", { n }, { messageId: "same" });
    const own = track("Viewed", { n: 9 });
    await chain.archive(H1 - 8 * 24 * HOUR, [track("Viewed", { n: 0 }, { messageId: "same" })]);
    await chain.archive(H1, [copy(1), own, copy(2)]);
    await chain.archive(H1 + 5 * HOUR, [copy(3)]);
    for (const hour of [H1 - 8 * 24 * HOUR, H1, H1 + 5 * HOUR]) await chain.tell(hour);
    await chain.drain();
    const values = (await chain.rows("viewed")).map((row) => Number(row["n"])).toSorted();
    expect(values).toEqual([0, 1, 9]);
  });

  it("leaves an id to an hour before it that is exported later", async () => {
    const chain = await createExportChain();
    const copy = (n: number) => track("Viewed", { n }, { messageId: "same" });
    await chain.archive(H1 + 5 * HOUR, [copy(2), track("Viewed", { n: 3 })]);
    await chain.tell(H1 + 5 * HOUR);
    await chain.drain();
    await chain.archive(H1, [copy(1)]);
    await chain.tell(H1);
    await chain.drain();
    expect((await chain.rows("viewed")).map((row) => Number(row["n"])).toSorted()).toEqual([1, 3]);
  });

  it("is published with a notice when a line is no event, and not at all when a segment is missing", async () => {
    const chain = await createExportChain();
    await chain.archive(H1, [track("Viewed"), '{"type":"track",'], 0);
    await chain.tell(H1);
    await chain.drain();
    expect(await chain.rows("viewed")).toHaveLength(1);
    const [run] = (await chain.desk.runs({ limit: 1, target: "lake" })).runs;
    expect(run).toMatchObject({ status: "partial", notices: [{ code: "EVENT_UNREADABLE", count: 1 }] });
    const key = await chain.archive(H1, [track("Viewed")]);
    await env.ARCHIVE.delete(key);
    await chain.tell(H1);
    await chain.drain();
    expect(await chain.rows("viewed")).toHaveLength(1);
    expect((await chain.desk.runs({ limit: 1, target: "lake" })).runs).toMatchObject([
      { status: "failed", error: `segment ${key} is not in the archive` },
    ]);
    expect(await chain.manifests("viewed")).toMatchObject([{ version: 1 }]);
  });

  it("may have events with any name, also one that every object of JavaScript has", async () => {
    const chain = await createExportChain();
    const names = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
    const events = names.map((name) => track(name, { [name]: 1, constructor: "x" }));
    await chain.archive(H1, events);
    await chain.tell(H1);
    await chain.drain();
    expect(await chain.rows("constructor")).toMatchObject([{ id: events[0]!.messageId, constructor: "x" }]);
    expect(await chain.rows("_proto")).toMatchObject([{ id: events[1]!.messageId, _proto: 1n }]);
    expect(await chain.rows("tracks")).toHaveLength(names.length);
    // The next hour knows the table and has no row of it.
    await chain.archive(H1 + HOUR, [track("Viewed")]);
    await chain.tell(H1 + HOUR);
    await chain.drain();
    expect(await chain.manifests("constructor")).toHaveLength(1);
    expect((await chain.desk.summary()).waitingHours).toBe(0);
  });

  it("stays as it is published when the archive has let some of it go", async () => {
    const chain = await createExportChain();
    await chain.archive(H1, [track("Viewed")]);
    await chain.tell(H1);
    await chain.drain();
    const hours = chain.deps.hours;
    chain.deps = { ...chain.deps, hours: (id) => ({ ...hours(id), segments: async () => ({ seq: 9, segments: [] }) }) };
    await chain.desk.run({ from: H1, to: H1 + 1, rebuild: true });
    await chain.drain();
    expect(await chain.rows("viewed")).toHaveLength(1);
    expect((await chain.desk.runs({ limit: 1, target: "lake" })).runs).toMatchObject([{ status: "failed" }]);
    expect(await chain.desk.summary()).toMatchObject({ waitingHours: 0 });
  });

  it("leaves out what the source's settings say, but for what every row needs", async () => {
    const excluded = { excludedTables: ["tracks"], excludedColumns: { viewed: ["n"] } };
    const chain = await createExportChain({ exports: excluded });
    await chain.archive(H1, [track("Viewed", { n: 1, m: 2 })]);
    await chain.tell(H1);
    await chain.drain();
    expect(await chain.rows("tracks")).toEqual([]);
    const [row] = await chain.rows("viewed");
    expect(row).toMatchObject({ m: 2n });
    expect(row).not.toHaveProperty("n");
    const [run] = (await chain.desk.runs({ limit: 1, target: "lake" })).runs;
    expect(run).toMatchObject({ status: "success" });
    expect(run!.notices.map(({ code, table }) => [code, table]).toSorted()).toEqual([
      ["EXCLUDED", "tracks"],
      ["EXCLUDED", "viewed"],
    ]);
  });

  it("is written as gzip NDJSON as well when the source wants it", async () => {
    const chain = await createExportChain({ exports: { ndjson: true } });
    const events = [track("Viewed"), track("Paid")];
    await chain.archive(H1, events);
    await chain.tell(H1);
    await chain.drain();
    const keys = await objectsUnder(`warehouse-ndjson/${chain.schema}/`);
    expect(keys).toHaveLength(1);
    const text = gunzipSync(await (await env.ARCHIVE.get(keys[0]!))!.arrayBuffer()).toString();
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { messageId: string });
    expect(lines.map(idOf)).toEqual(events.map(idOf));
    const day = Date.parse(new Date(H1).toISOString().slice(0, 10));
    expect(keys[0]).toMatch(new RegExp(`^warehouse-ndjson/${chain.schema}/${day}/06-000001-\\d{3}\\.gz$`));
  });

  it("becomes Iceberg tables when the source wants them", async () => {
    const chain = await createExportChain({ exports: { iceberg: true } });
    await chain.archive(H1, [
      track("Viewed"),
      { type: "identify", messageId: "i1", userId: "u1", traits: {}, context: {} },
    ]);
    await chain.tell(H1);
    await chain.drain();
    const { followers } = await chain.desk.summary();
    expect(followers).toEqual(["iceberg", "snapshot"].map((name) => ({ name, behind: 0, running: false })));
    for (const table of ["viewed", "users"]) {
      expect(await objectsUnder(`warehouse/${chain.schema}/${table}/metadata/`)).not.toEqual([]);
    }
  });
});
