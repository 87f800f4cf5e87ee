import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api, at, connectWebhook, makeSource, type Json } from "../support/api.ts";

const EVENT = { type: "track", event: "Order", userId: "ada", properties: { plan: "pro" } };
const HOOK = "https://hooks.example/in";

afterEach(() => vi.restoreAllMocks());

/** What left the collector; the far end answers with `status`. */
function farEnd(status = 200): { url: string; body: string; headers: Headers }[] {
  const seen: { url: string; body: string; headers: Headers }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    seen.push({ url: String(url), body: String(init?.body), headers: new Headers(init?.headers as HeadersInit) });
    return new Response("thanks", { status });
  });
  return seen;
}

const firstSubscription = async (destination: Json): Promise<string> => {
  const { data } = await api("GET", at(destination, "/subscriptions"));
  return String((data["subscriptions"] as unknown as Json[])[0]?.["id"]);
};
const test = (destination: Json, body: Record<string, unknown>) => api("POST", at(destination, "/test"), body);

describe("trying an event", () => {
  it("shows what would be sent and sends nothing, unless told to", async () => {
    const sent = farEnd();
    const destination = await connectWebhook();
    const { data } = await test(destination, { event: EVENT, subscriptionId: await firstSubscription(destination) });
    expect(sent).toEqual([]);
    expect(data["test"]).toMatchObject({
      trigger: { fires: true },
      payload: { data: { event: "Order", messageId: expect.stringMatching(/^test-/), receivedAt: expect.any(String) } },
      exchanges: [{ request: { method: "POST", url: HOOK } }],
    });
  });

  it("sends nothing to a host under which its owner uses this Inlet, set or not", async () => {
    const sent = farEnd();
    const destination = await connectWebhook({ settings: { url: "https://inlet.test/v1/track" } });
    const subscriptionId = await firstSubscription(destination);
    const { data } = await test(destination, { event: EVENT, subscriptionId, dryRun: false });
    expect(sent).toEqual([]);
    expect(data["test"]).toMatchObject({ outcome: { status: "abandoned", reason: "EREFUSED" } });
  });

  it("sends it when told to, with the answer and what would become of the event", async () => {
    const sent = farEnd(400);
    const settings = {
      url: HOOK,
      sharedSecret: "very-secret-value",
      secretHeaders: "Authorization: Bearer hidden-token",
    };
    const destination = await connectWebhook({ settings, enabled: false });
    const subscriptionId = await firstSubscription(destination);
    const { data, text } = await test(destination, { event: EVENT, subscriptionId, dryRun: false });
    expect(sent.map(({ url }) => url)).toEqual([HOOK]);
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer hidden-token");
    expect(data["test"]).toMatchObject({
      exchanges: [{ response: { status: 400, body: "thanks" } }],
      outcome: { status: "abandoned", reason: "400", sentence: expect.any(String), todo: expect.any(String) },
    });
    expect(text).not.toMatch(/hidden-token|very-secret-value/);
  });

  it("maps and shows what the trigger does not want, and never sends it", async () => {
    const sent = farEnd();
    const { data } = await test(await connectWebhook(), {
      event: EVENT,
      actionId: "send",
      trigger: 'type = "page"',
      settings: { data: { what: { "@path": "$.event" } } },
      dryRun: false,
    });
    expect(sent).toEqual([]);
    expect(data["test"]).toMatchObject({ trigger: { fires: false }, payload: { data: { what: "Order" } } });
  });

  it("says what the action has against a payload", async () => {
    const { data } = await test(await connectWebhook(), { event: EVENT, actionId: "send", settings: {} });
    expect(data["test"]).toMatchObject({ payloadError: expect.stringContaining("data"), exchanges: [] });
    expect(data["test"]).not.toHaveProperty("trigger");
  });

  it.each([
    ["an event without a type", { event: { event: "x" }, actionId: "send" }, "event.type"],
    ["an event that is none", { event: "x", actionId: "send" }, "event"],
    ["neither a subscription nor an action", { event: EVENT }, "subscriptionId"],
    ["both", { event: EVENT, subscriptionId: "x", actionId: "send" }, "subscriptionId"],
    ["an action the kind lacks", { event: EVENT, actionId: "fax" }, "actionId"],
    ["a trigger that cannot be read", { event: EVENT, actionId: "send", trigger: "(" }, "trigger"],
    ["a mapping that is none", { event: EVENT, actionId: "send", settings: { x: 1 } }, "settings.x"],
  ])("refuses %s", async (_what, body, field) => {
    const { status, errors } = await test(await connectWebhook(), body);
    expect([status, errors[0]?.field]).toEqual([422, field]);
  });

  it("refuses an event nested too deeply", async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`) as object;
    const { status, errors } = await test(await connectWebhook(), { event: { ...EVENT, deep }, actionId: "send" });
    expect([status, errors[0]?.field]).toEqual([422, "event"]);
  });

  it("says so when the destination's secrets were sealed with another key", async () => {
    const destination = await connectWebhook({ settings: { url: HOOK, sharedSecret: "x".repeat(20) } });
    await runInDurableObject(env.CATALOG.getByName("workspace"), (_object, { storage }) => {
      const id = String(destination["id"]);
      const { body } = storage.sql.exec<{ body: string }>("SELECT body FROM destinations WHERE id = ?", id).one();
      const broken = { ...(JSON.parse(body) as object), sealed: { sharedSecret: "v1.AAAA.AAAA" } };
      storage.sql.exec("UPDATE destinations SET body = ? WHERE id = ?", JSON.stringify(broken), id);
    });
    const { status, errors } = await test(destination, { event: EVENT, actionId: "send" });
    expect([status, errors[0]?.type]).toEqual([409, "conflict"]);
    expect(errors[0]?.message).toContain("INLET_SEAL_KEY");
    const mended = await api("PATCH", at(destination), { settings: { sharedSecret: "new" } });
    expect(mended.status).toBe(200);
    expect((await test(destination, { event: EVENT, actionId: "send" })).status).toBe(200);
  });
});

describe("testing credentials", () => {
  it("is refused where a kind has no way to do so, and where there is no such kind", async () => {
    const destination = await connectWebhook();
    const answers = [
      await api("POST", at(destination, "/test-authentication")),
      await api("POST", "/catalog/destinations/webhook/test-authentication", { settings: { url: HOOK } }),
    ];
    for (const { status, errors } of answers) {
      expect([status, errors[0]?.message]).toEqual([422, "Webhooks has no way to test its credentials."]);
    }
    expect((await api("POST", "/catalog/destinations/nope/test-authentication", {})).status).toBe(404);
  });

  it("checks the settings first, as if they were to be kept", async () => {
    const { status, errors } = await api("POST", "/catalog/destinations/segment/test-authentication", {});
    expect(status).toBe(422);
    expect(errors[0]?.field).toMatch(/^settings\./);
  });

  it("asks the destination: before it is made, and later with what is stored under what is changed", async () => {
    const sent = farEnd();
    const path = "/catalog/destinations/segment/test-authentication";
    const fresh = await api("POST", path, { settings: { writeKey: "first-write-key" } });
    expect(fresh.data["authentication"]).toEqual({ valid: true });
    const { data } = await api("POST", "/destinations", {
      sourceId: (await makeSource())["id"],
      metadataId: "segment",
      settings: { writeKey: "stored-write-key" },
    });
    const stored = await api("POST", at(data["destination"]!, "/test-authentication"));
    expect(stored.data["authentication"]).toEqual({ valid: true });
    const changed = { settings: { writeKey: "changed-write-key" } };
    await api("POST", at(data["destination"]!, "/test-authentication"), changed);
    const keys = sent.map(({ url }) => /projects\/(\w+)-write-key/.exec(url)?.[1]);
    expect(keys).toEqual(["first", "stored", "changed"]);
  });

  it("tells in its own words why it does not take them, without repeating them", async () => {
    farEnd(401);
    const settings = { writeKey: "wrong-write-key" };
    const { status, data, text } = await api("POST", "/catalog/destinations/segment/test-authentication", { settings });
    expect([status, data["authentication"]]).toEqual([200, { valid: false, reason: expect.any(String) }]);
    expect(text).not.toContain("wrong-write-key");
  });
});
