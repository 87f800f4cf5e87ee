import { describe, expect, it } from "vitest";
import { call, connect, EVENT, farEnd } from "../support/engine.ts";

const WEBHOOK = "614a3c7d791c91c41bae7599";
const MAPPING = { url: "https://hook.example/", method: "POST", data: { "@path": "$.properties" } };

describe("events that go together", () => {
  it("do so only when the mapping wants it and the action can", async () => {
    const { connection } = await connect(WEBHOOK, {});
    expect(connection.batching("send", MAPPING)).toBeUndefined();
    expect(connection.batching("send", { ...MAPPING, enable_batching: false })).toBeUndefined();
    expect(connection.batching("none", { ...MAPPING, enable_batching: true })).toBeUndefined();
    expect(connection.batching("send", { ...MAPPING, enable_batching: true })).toMatchObject({ size: 1000 });
  });

  it("are as many as the mapping says, and never more than a thousand", async () => {
    const { connection } = await connect(WEBHOOK, {});
    const sizeOf = (batch_size: unknown) =>
      connection.batching("send", { ...MAPPING, enable_batching: true, batch_size })?.size;
    expect([10, "25", 0, 500_000, "many"].map(sizeOf)).toEqual([10, 25, 1000, 1000, 1000]);
  });

  it("agree in the fields that the action batches by, and in their audience", async () => {
    const { connection } = await connect(WEBHOOK, {});
    const mapping = { ...MAPPING, url: { "@template": "https://{{properties.host}}/" }, enable_batching: true };
    const batching = connection.batching("send", mapping)!;
    const at = (host: string, context = {}) => batching.keyOf({ ...EVENT, properties: { host }, context });
    expect(at("a.example")).toBe(at("a.example"));
    expect(at("a.example")).not.toBe(at("b.example"));
    const personas = { computation_key: "buyers", audience_settings: { list: 1 } };
    expect(at("a.example", { personas })).not.toBe(at("a.example"));
  });

  it("are one request, and so is the only one of a batch", async () => {
    const { connection } = await connect(WEBHOOK, {});
    const { tools, sent } = farEnd(() => new Response("ok"));
    const mapping = { ...MAPPING, enable_batching: true };
    const perform = (events: (typeof EVENT)[]) =>
      connection.perform(call({ actionId: "send", mapping, events, tools }));
    expect(await perform([EVENT, EVENT])).toEqual([{ status: "delivered" }, { status: "delivered" }]);
    expect(await perform([EVENT])).toEqual([{ status: "delivered" }]);
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([
      [EVENT.properties, EVENT.properties],
      [EVENT.properties],
    ]);
  });

  it("fail together when one answer stands for all, each with the status that lets a batch be halved", async () => {
    const { connection } = await connect(WEBHOOK, {});
    const { tools } = farEnd(() => new Response("too large", { status: 413 }));
    const events = [EVENT, EVENT];
    const outcomes = await connection.perform(
      call({ actionId: "send", mapping: { ...MAPPING, enable_batching: true }, events, tools }),
    );
    expect(outcomes).toMatchObject([
      { status: "abandoned", reason: "413", batchStatus: 413 },
      { status: "abandoned", reason: "413", batchStatus: 413 },
    ]);
  });

  it("are refused one by one when some of them do not fit", async () => {
    const { connection } = await connect(WEBHOOK, {});
    const { tools, sent } = farEnd(() => new Response("ok"));
    const mapping = { ...MAPPING, method: { "@path": "$.properties.method" }, enable_batching: true };
    const events = ["POST", "GET", "POST"].map((method) => ({ ...EVENT, properties: { method } }));
    expect(await connection.perform(call({ actionId: "send", mapping, events, tools }))).toMatchObject([
      { status: "delivered" },
      { status: "abandoned", reason: "MESSAGE_REJECTED" },
      { status: "delivered" },
    ]);
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([[{ method: "POST" }, { method: "POST" }]]);
  });

  it("go alone when their own batching is resolved to off", async () => {
    const { connection } = await connect(WEBHOOK, {});
    const batching = connection.batching("send", { ...MAPPING, enable_batching: { "@path": "$.properties.many" } })!;
    expect(batching.keyOf({ ...EVENT, properties: { many: false } })).toBeUndefined();
    expect(batching.keyOf({ ...EVENT, properties: { many: true } })).toBeDefined();
  });
});
