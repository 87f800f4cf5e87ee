import { env, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { api, at, makeSource, type Json } from "../support/api.ts";
import { intakeOf, testBatch, testRoute } from "../support/intake.ts";

const listOf = (data: Json, key: string): Json[] => data[key] as unknown as Json[];

/** A sink behind a source of its own that answers as `settings` say. */
async function connectSink(settings: Record<string, unknown> = {}): Promise<Json> {
  const source = await makeSource();
  const body = { sourceId: source["id"], metadataId: "sink", settings };
  const { data, text } = await api("POST", "/destinations", body);
  if (data["destination"] === undefined) throw new Error(text);
  return data["destination"];
}

/** Puts events into the source of a destination and on their way. */
async function send(destination: Json, count: number): Promise<void> {
  const route = testRoute({ sourceId: String(destination["sourceId"]) });
  await intakeOf(route).append(
    testBatch(
      route,
      Array.from({ length: count }, () => crypto.randomUUID()),
    ),
  );
  await runDurableObjectAlarm(intakeOf(route));
}

const metrics = async (destination: Json): Promise<Json> =>
  (await api("GET", at(destination, "/delivery-metrics?minutes=60"))).data["metrics"]!;
const until = (destination: Json, wanted: Record<string, unknown>) =>
  vi.waitFor(async () => expect(await metrics(destination)).toMatchObject(wanted), { timeout: 20_000, interval: 100 });

const HOUR = 3_600_000;
const window = () =>
  `startTime=${new Date(Date.now() - HOUR).toISOString()}&endTime=${new Date(Date.now() + 60_000).toISOString()}`;

describe("deliveries", () => {
  it("are counted, for us and in the Public API's summary", async () => {
    const destination = await connectSink();
    await send(destination, 3);
    await until(destination, { delivered: 3, waiting: 0, paused: false });
    const { data } = await api("GET", at(destination, `/delivery-metrics?${window()}&granularity=MINUTE`));
    expect(data["metrics"]).toMatchObject({ delivered: 3, errors: [] });
    expect(data["deliveryMetricsSummary"]).toMatchObject({
      sourceId: destination["sourceId"],
      destinationMetadataId: "sink",
      metrics: [
        { metricName: "successes", total: 3 },
        { metricName: "retried" },
        { metricName: "discarded", total: 0 },
        {},
      ],
    });
  });

  it("are let go, not left waiting for ever, when the last source of a stopped destination is deleted", async () => {
    const destination = await connectSink();
    await api("POST", at(destination, "/pause"));
    await send(destination, 1);
    await until(destination, { waiting: 1, paused: true });
    await api("DELETE", `/sources/${String(destination["sourceId"])}`);
    const ledger = env.LEDGER.getByName(`destination:${String(destination["id"])}`);
    const isLetGo = async () =>
      expect(await ledger.summary({ minutes: 60, now: Date.now() })).toMatchObject({ waiting: 0, paused: false });
    await vi.waitFor(isLetGo, { timeout: 20_000, interval: 100 });
  });

  it("are counted from the start of a window to before its end", async () => {
    const destination = await connectSink();
    const end = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
    const ledger = env.LEDGER.getByName(`destination:${String(destination["id"])}`);
    for (const [at, delivered] of [
      [end - HOUR - 1, 1],
      [end - HOUR, 10],
      [end - 1, 100],
      [end, 1000],
    ] as const) {
      await ledger.count(at, { delivered });
    }
    const [startTime, endTime] = [end - HOUR, end].map((at) => new Date(at).toISOString());
    const { data } = await api("GET", at(destination, `/delivery-metrics?startTime=${startTime}&endTime=${endTime}`));
    expect(data["metrics"]).toMatchObject({ delivered: 110 });
  });

  it("wait while somebody has stopped them, and go on from there", async () => {
    const destination = await connectSink();
    expect((await api("POST", at(destination, "/pause"))).data).toEqual({ status: "SUCCESS" });
    expect((await api("GET", at(destination))).data["destination"]).toMatchObject({ paused: true, enabled: true });
    await send(destination, 2);
    await until(destination, { delivered: 0, waiting: 2, paused: true, pausedAt: expect.any(String) });
    await api("POST", at(destination, "/resume"));
    await until(destination, { delivered: 2, waiting: 0, paused: false });
  });

  it("that wait at a stopped destination are let go when it is deleted", async () => {
    const destination = await connectSink();
    await api("POST", at(destination, "/pause"));
    expect((await api("DELETE", at(destination))).status).toBe(200);
    expect((await api("POST", at(destination, "/pause"))).status).toBe(404);
  });
});

describe("dead letters", () => {
  it("are listed with why, shown event by event, and sent again once it is put right", async () => {
    const destination = await connectSink({ failPercent: 100, failStatus: 400 });
    await send(destination, 3);
    await until(destination, { abandoned: 3, waiting: 0 });
    const { data } = await api("GET", at(destination, "/dead-letters?reason=400"));
    const [object] = listOf(data, "deadLetters");
    expect(object).toMatchObject({
      lines: 3,
      reasons: [{ reason: "400", count: 3, sentence: expect.any(String) }],
      resentAs: [],
    });
    const key = encodeURIComponent(String(object?.["key"]));
    const first = await api("GET", at(destination, `/dead-letters/lines?key=${key}&pagination[count]=2`));
    expect(first.data["letters"]).toMatchObject([
      { reason: "400", event: { event: "Tested" }, attempts: 1 },
      { reason: "400" },
    ]);
    const next = String(first.data["pagination"]?.["next"]);
    const rest = await api("GET", at(destination, `/dead-letters/lines?key=${key}&pagination[cursor]=${next}`));
    expect(rest.data["letters"]).toHaveLength(1);
    expect(rest.data["pagination"]).not.toHaveProperty("next");

    await api("PATCH", at(destination), { settings: { failPercent: 0 } });
    const resend = (await api("POST", at(destination, "/resends"), { reason: "400" })).data["resend"];
    expect(resend).toMatchObject({ criteria: { reason: "400" }, objects: 1, lines: 3 });
    await until(destination, { delivered: 3, waiting: 0 });
    const done = listOf((await api("GET", at(destination, "/resends"))).data, "resends");
    expect(done).toMatchObject([{ id: resend?.["id"], delivered: 3, waiting: 0, abandoned: 0 }]);
    const again = (await api("GET", at(destination, "/dead-letters"))).data;
    expect(listOf(again, "deadLetters")[0]?.["resentAs"]).toEqual([resend?.["id"]]);
  });

  it("of another destination, and anything else in the archive, are not shown", async () => {
    const failing = await connectSink({ failPercent: 100, failStatus: 400 });
    await send(failing, 1);
    await until(failing, { abandoned: 1 });
    const listed = (await api("GET", at(failing, "/dead-letters"))).data;
    const other = await connectSink();
    const letters = listOf(listed, "deadLetters")[0];
    for (const key of [letters?.["key"], letters?.["segmentKey"], `dead-letters/${String(other["id"])}/nope`]) {
      const path = at(other, `/dead-letters/lines?key=${encodeURIComponent(String(key))}`);
      const { status, errors } = await api("GET", path);
      expect([status, errors[0]?.message]).toEqual([404, "There are no such dead letters."]);
    }
  });

  it("are not asked for in a window that is none", async () => {
    const destination = await connectSink();
    const empty = "startTime=2026-02-02T00:00:00Z&endTime=2026-01-01";
    const { status, errors } = await api("GET", at(destination, `/dead-letters?${empty}`));
    expect([status, errors[0]?.field]).toEqual([422, "endTime"]);
    expect((await api("POST", at(destination, "/resends"), { startTime: "yesterday" })).status).toBe(422);
  });
});

describe("the delivery overview", () => {
  const overview = (metric: string, query: string) => api("GET", `/delivery-overview/${metric}?${query}`);

  it("groups and filters what a destination did by what the query names, however lists are written", async () => {
    const destination = await connectSink();
    await send(destination, 2);
    await until(destination, { delivered: 2 });
    const of = `sourceId=${String(destination["sourceId"])}&destinationConfigId=${String(destination["id"])}&${window()}`;
    for (const list of [
      "groupBy=eventName,eventType",
      "groupBy[0]=eventName&groupBy[1]=eventType",
      "groupBy[]=eventName&groupBy[]=eventType",
    ]) {
      const { data } = await overview("successful-delivery", `${of}&granularity=minute&${list}`);
      expect(data).toMatchObject({ total: 2, dataset: [{ eventName: "Tested", eventType: "track", total: 2 }] });
    }
    const other = await overview("successful-delivery", `${of}&granularity=HOUR&filter[eventName][0]=Other`);
    expect(other.data).toMatchObject({ total: 0, dataset: [], pagination: { totalEntries: 0 } });
    const received = await overview("successfully-received", `${of}&granularity=DAY`);
    expect(received.data).toMatchObject({ total: 2 });
  });

  it("counts what says no source for the only one there is, and for none where there are several", async () => {
    const destination = await connectSink();
    const sourceId = String(destination["sourceId"]);
    const id = String(destination["id"]);
    await env.LEDGER.getByName(`destination:${id}`).count(Date.now(), { delivered: 3 });
    const asked = `sourceId=${sourceId}&destinationConfigId=${id}&${window()}&granularity=HOUR`;
    expect((await overview("successful-delivery", asked)).data).toMatchObject({ total: 3 });
    const sourceIds = [sourceId, (await makeSource())["id"]];
    await api("PATCH", `/destinations/${id}`, { sourceIds });
    expect((await overview("successful-delivery", asked)).data).toMatchObject({ total: 0 });
  });

  it.each([
    ["no such dimension", "groupBy=colour", "groupBy"],
    ["no such filter", "filter[colour][0]=red", "filter"],
    ["no such granularity", "granularity=WEEK", "granularity"],
    ["a window that is too long", "startTime=2026-01-01&granularity=MINUTE", "endTime"],
    ["a window that is empty", "endTime=2020-01-01", "endTime"],
  ])("refuses %s", async (_what, part, field) => {
    const source = await makeSource();
    const given = new Map(new URLSearchParams(`${window()}&granularity=HOUR&${part}`));
    const query = `sourceId=${String(source["id"])}&${new URLSearchParams([...given]).toString()}`;
    const { status, errors } = await overview("successfully-received", query);
    expect([status, errors[0]?.field]).toEqual([422, field]);
  });

  it("needs a source that exists, and a destination for what happens at one", async () => {
    expect((await overview("successfully-received", `sourceId=nope&${window()}&granularity=HOUR`)).status).toBe(404);
    const of = `sourceId=${String((await makeSource())["id"])}&${window()}&granularity=HOUR`;
    const missing = await overview("failed-delivery", of);
    expect([missing.status, missing.errors[0]?.field]).toEqual([422, "destinationConfigId"]);
    expect((await overview("failed-delivery", `${of}&destinationConfigId=nope`)).status).toBe(404);
  });
});
