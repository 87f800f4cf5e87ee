import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { REPLAY_STEPS } from "../../src/core/replay-steps.ts";
import { api, type Json } from "../support/api.ts";
import { addHook, HOUR, hourAgo, replays, sourceWithHook, windowOf } from "../support/replay.ts";

const listOf = (data: Json): Json[] => data["replays"] as unknown as Json[];

describe("preparing a replay", () => {
  it("answers with the replay, its dry run begun; the same id again with what is there, whatever else is asked", async () => {
    const { sourceId, destinationId } = await sourceWithHook();
    const at = hourAgo(3);
    const id = crypto.randomUUID();
    const body = { id, name: "Last night", sourceId, destinationIds: [destinationId], ...windowOf(at, at + HOUR) };
    const { status, data } = await api("POST", "/replays", body);
    expect(status).toBe(200);
    expect(data["replay"]).toEqual({
      ...body,
      types: [],
      events: [],
      rate: 100,
      status: "checking",
      createdAt: expect.any(String),
      progress: { segments: 0, segmentsDone: 0, events: 0, destinations: [] },
    });
    const again = await api("POST", "/replays", { ...body, rate: 7, endTime: new Date(at + 2 * HOUR).toISOString() });
    expect(again.data["replay"]).toMatchObject({ id, rate: 100, endTime: body.endTime });
    expect((await api("GET", `/replays/${id}`)).data["replay"]).toMatchObject({ id });
    const listed = await api("GET", `/replays?sourceId=${sourceId}`);
    expect(listOf(listed.data).map((replay) => replay["id"])).toEqual([id]);
    expect((await api("GET", `/replays?destinationId=${destinationId}&pagination[count]=1`)).data).toMatchObject({
      replays: [{ id }],
      pagination: { current: "" },
    });
  });

  it("ends its window at the moment of the call, not in the future", async () => {
    const { sourceId, destinationId } = await sourceWithHook();
    const window = windowOf(Date.now() - HOUR, Date.now() + HOUR);
    const { data } = await api("POST", "/replays", { sourceId, destinationIds: [destinationId], ...window });
    expect(Date.parse(String(data["replay"]!["endTime"]))).toBeLessThanOrEqual(Date.now());
  });

  it("waits with its dry run for what the source's Intake still holds, as long as the source lets it", async () => {
    const { sourceId, destinationId } = await sourceWithHook();
    await api("PATCH", `/sources/${sourceId}`, { settings: { drain: { afterMs: 45_000 } } });
    const window = windowOf(Date.now() - HOUR, Date.now());
    const { data } = await api("POST", "/replays", { sourceId, destinationIds: [destinationId], ...window });
    const { id = "", endTime = "" } = data["replay"] as { id?: string; endTime?: string };
    await runInDurableObject(replays(), (_, { storage }) => {
      const query = "SELECT next_at FROM steps WHERE replay = ?";
      const { next_at: begins } = storage.sql.exec<{ next_at: number }>(query, id).one();
      expect(begins - Date.parse(endTime)).toBe(45_000 + REPLAY_STEPS.settleMs);
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an empty window", windowOf(hourAgo(1), hourAgo(1)), "endTime"],
    ["a window in the future", windowOf(Date.now() + HOUR, Date.now() + 2 * HOUR), "startTime"],
    ["a time that is none", { startTime: "yesterday" }, "startTime"],
    ["a rate of nothing", { rate: 0 }, "rate"],
    ["a rate beyond all", { rate: 1e6 }, "rate"],
    ["a type that there is not", { types: ["purchase"] }, "types.0"],
    ["no destination", { destinationIds: [] }, "destinationIds"],
    ["a filter that is no FQL", { filter: "properties.total >" }, "filter"],
    ["a filter that can be neither true nor false", { filter: "1" }, "filter"],
    ["an id that cannot be one", { id: "a/b" }, "id"],
  ])("refuses %s, with the field", async (_, wrong, field) => {
    const { sourceId, destinationId } = await sourceWithHook();
    const body = { sourceId, destinationIds: [destinationId], ...windowOf(hourAgo(2), hourAgo(1)), ...wrong };
    const answer = await api("POST", "/replays", body);
    expect([answer.status, answer.errors[0]?.field]).toEqual([422, field]);
  });

  it("refuses what it names and is not there, or not connected", async () => {
    const { sourceId, destinationId } = await sourceWithHook();
    const window = windowOf(hourAgo(2), hourAgo(1));
    const ask = (body: Record<string, unknown>) =>
      api("POST", "/replays", { sourceId, destinationIds: [destinationId], ...window, ...body });
    expect((await ask({ sourceId: "nothing" })).status).toBe(404);
    expect((await ask({ destinationIds: ["nothing"] })).status).toBe(404);
    const twice = await ask({ destinationIds: [destinationId, destinationId] });
    expect([twice.status, twice.errors[0]?.field]).toEqual([422, "destinationIds"]);
    const { sourceId: other } = await sourceWithHook();
    const stranger = await ask({ destinationIds: [await addHook(other)] });
    expect(stranger.errors[0]).toMatchObject({
      field: "destinationIds",
      message: expect.stringContaining("connected"),
    });
    const page = await api("GET", "/replays?pagination[cursor]=nothing");
    expect([page.status, page.errors[0]?.field]).toEqual([422, "pagination[cursor]"]);
    expect((await api("GET", "/replays/nothing")).status).toBe(404);
    expect((await api("POST", "/replays/nothing/start")).status).toBe(404);
  });
});
