import { describe, expect, it } from "vitest";
import { api, connectWebhook, type Json } from "../support/api.ts";

const at = (destination: Json, rest = "") => `/destination/${String(destination["id"])}/filters${rest}`;
const rule = (destination: Json, part: Record<string, unknown> = {}) => ({
  sourceId: destination["sourceId"],
  title: "No mails",
  if: "type = 'track'",
  actions: [{ type: "DROP_PROPERTIES", fields: { properties: ["email"] } }],
  ...part,
});

async function makeFilter(destination: Json, part: Record<string, unknown> = {}): Promise<Json> {
  const { data, text } = await api("POST", at(destination), rule(destination, part));
  if (data["filter"] === undefined) throw new Error(text);
  return data["filter"];
}

describe("filters", () => {
  it("are made on, found, changed in what is named, and deleted", async () => {
    const destination = await connectWebhook();
    const filter = await makeFilter(destination, { description: "why" });
    expect(filter).toMatchObject({ destinationId: destination["id"], enabled: true, description: "why" });
    const path = at(destination, `/${String(filter["id"])}`);
    const changed = await api("PATCH", path, { enabled: false, description: null });
    expect(changed.data["filter"]).toMatchObject({ title: "No mails", enabled: false, if: "type = 'track'" });
    expect(changed.data["filter"]).not.toHaveProperty("description");
    expect((await api("GET", at(destination))).data["filters"]).toHaveLength(1);
    expect((await api("DELETE", path)).data).toEqual({ status: "SUCCESS" });
    expect((await api("GET", path)).errors[0]?.message).toBe("There is no such filter.");
  });

  it("take actions whose unused parts are null, as generated clients write them", async () => {
    const actions = [{ type: "SAMPLE", percent: 0.5, path: null, fields: null }];
    expect(await makeFilter(await connectWebhook(), { actions })).toMatchObject({
      actions: [{ type: "SAMPLE", percent: 0.5 }],
    });
  });

  it.each([
    ["a condition that is no FQL", { if: "type = 'track" }, "if"],
    ["no condition", { if: " " }, "if"],
    ["a condition that is too long", { if: `event = '${"x".repeat(5000)}'` }, "if"],
    ["a title that is too long", { title: "x".repeat(65) }, "title"],
    ["no action", { actions: [] }, "actions"],
    ["an action nobody knows", { actions: [{ type: "EXPLODE" }] }, "actions.0.type"],
    ["a share above one", { actions: [{ type: "SAMPLE", percent: 50 }] }, "actions.0.percent"],
    ["no fields to drop", { actions: [{ type: "DROP_PROPERTIES", fields: {} }] }, "actions.0.fields"],
  ])("refuse %s, on creation and on change", async (_what, part, field) => {
    const destination = await connectWebhook();
    const path = at(destination, `/${String((await makeFilter(destination))["id"])}`);
    const answers = [await api("POST", at(destination), rule(destination, part)), await api("PATCH", path, part)];
    for (const { status, errors } of answers) expect([status, errors[0]?.field]).toEqual([422, field]);
  });

  it("refuse a source that is not connected", async () => {
    const destination = await connectWebhook();
    const { status, errors } = await api("POST", at(destination), rule(destination, { sourceId: "nope" }));
    expect([status, errors[0]?.field]).toEqual([422, "sourceId"]);
  });

  it("are limited to ten", async () => {
    const destination = await connectWebhook();
    for (let n = 0; n < 10; n++) await makeFilter(destination, { title: `${n}` });
    expect((await api("POST", at(destination), rule(destination))).status).toBe(409);
  });
});

describe("the preview of a filter", () => {
  const payload = { type: "track", event: "Order", properties: { email: "a@b.c", plan: "pro" } };
  const preview = (filter: Record<string, unknown>, given: unknown = payload) =>
    api("POST", "/destination/filters/preview", { filter, payload: given });

  it("shows what is left of a payload, untouched when the condition does not hold, null when it is dropped", async () => {
    const drop = [{ type: "DROP_PROPERTIES", fields: { properties: ["email"] } }];
    const left = await preview({ if: "event = 'Order'", actions: drop });
    expect(left.data).toEqual({ inputPayload: payload, result: { ...payload, properties: { plan: "pro" } } });
    expect((await preview({ if: "event = 'Other'", actions: drop })).data["result"]).toEqual(payload);
    expect((await preview({ if: "all", actions: [{ type: "DROP" }] })).data["result"]).toBeNull();
    expect((await preview({ if: "all", actions: [{ type: "SAMPLE", percent: 0 }] })).data["result"]).toBeNull();
  });

  it("says why a payload is dropped that the condition cannot judge", async () => {
    const { data } = await preview({ if: "lowercase(properties.plan)", actions: [{ type: "DROP" }] });
    expect(data["result"]).toBeNull();
    expect(data["error"]).toEqual(expect.any(String));
  });

  it("refuses a condition that is no FQL, and a payload that is none or is nested too deeply", async () => {
    const wrong = await preview({ if: "(", actions: [{ type: "DROP" }] });
    expect([wrong.status, wrong.errors[0]?.field]).toEqual([422, "filter.if"]);
    expect((await preview({ if: "all", actions: [{ type: "DROP" }] }, "text")).status).toBe(422);
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`) as object;
    const answer = await preview({ if: "all", actions: [{ type: "DROP" }] }, deep);
    expect([answer.status, answer.data["result"]]).toEqual([200, null]);
  });
});
