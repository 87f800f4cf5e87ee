import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { addAlert, alertsInEach, channel, CHANNEL_URL, readAlert, watch } from "../support/alerts-rig.ts";
import { api, call, connectWebhook, type Json } from "../support/api.ts";
import { START } from "../support/clock.ts";

const MINUTE = 60_000;
const { sent, world, look } = alertsInEach();

const ruleOf = (alert: Json) => alert["rule"] as unknown as { sourceId: string; minimumEvents: number };
const count = (alert: Json, at: number, accepted: number) =>
  env.LEDGER.getByName(`source:${ruleOf(alert).sourceId}`).count(at, { accepted });

describe("an alert rule", () => {
  it("is made with its defaults, and its address never comes back", async () => {
    const alert = await addAlert();
    expect(alert).toMatchObject({
      name: "Volume",
      enabled: true,
      rule: { type: "source_volume", deviationPercent: 50, minimumEvents: 100 },
      channel: { kind: "webhook", host: "hooks.example", signed: true },
      messages: [],
    });
    const { text } = await api("GET", "/alerts");
    expect(text).toContain("hooks.example");
    expect(text).not.toMatch(/secret-path|very-secret/);
    const rows = await runInDurableObject(env.CATALOG.getByName("workspace"), (_, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT body FROM alerts").toArray()),
    );
    expect(rows).not.toMatch(/secret-path|very-secret/);
  });

  it("changes what is named, keeps its address, and stands anew when it is another rule", async () => {
    const alert = await addAlert();
    const at = `/alerts/${String(alert["id"])}`;
    const { data } = await api("PATCH", at, { name: "Other", channel: { kind: "webhook", sharedSecret: null } });
    expect(data["alert"]).toMatchObject({ name: "Other", channel: { host: "hooks.example", signed: false } });
    const other = await api("PATCH", at, { rule: { type: "health", severity: "critical" } });
    expect(other.data["alert"]).toMatchObject({ rule: { type: "health" } });
    expect(other.data["alert"]).not.toHaveProperty("state");
    expect((await api("DELETE", at)).status).toBe(200);
    expect((await api("GET", at)).status).toBe(404);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an address that is none", { channel: { kind: "slack", url: "javascript:alert(1)" } }, "channel.url"],
    [
      "a source that is not there",
      { rule: { type: "source_volume", sourceId: "no", deviationPercent: 5 } },
      "rule.sourceId",
    ],
    [
      "a share beyond all",
      { rule: { type: "delivery_rate", destinationId: "no", belowPercent: 101 } },
      "rule.belowPercent",
    ],
    ["a rule of another kind", { rule: { type: "moon" } }, "rule.type"],
  ])("is refused with %s", async (_, wrong, field) => {
    const rule = { type: "health", severity: "warning" };
    const refused = await api("POST", "/alerts", { name: "X", rule, channel, ...wrong });
    expect([refused.status, refused.errors[0]?.field]).toEqual([422, field]);
    expect(refused.text).not.toContain("alert(1)");
  });

  it("may be seen by viewers, and changed by owners only", async () => {
    const { data } = await api("POST", "/tokens", { name: "eyes", role: "viewer" });
    const headers = { authorization: `Bearer ${String(data["token"]!["secret"])}` };
    expect((await call("GET", "/alerts", { headers })).status).toBe(200);
    expect((await call("POST", "/alerts", { headers, body: {} })).status).toBe(403);
  });
});

describe("looking", () => {
  it("tells the channel once when it begins and once when it is over, signed", async () => {
    const alert = await addAlert();
    await count(alert, START - 30 * 60 * MINUTE, 1000);
    await look(0);
    expect(sent).toHaveLength(1);
    const { url, body, headers } = sent[0]!;
    expect(url).toBe(CHANNEL_URL);
    expect(headers.get("x-signature")).toMatch(/^[0-9a-f]{40}$/);
    expect(JSON.parse(body)).toMatchObject({
      type: "alert",
      status: "firing",
      alert: { name: "Volume" },
      link: expect.stringMatching(/^https:\/\/inlet\.test\/sources\//),
    });
    await look(5 * MINUTE);
    await look(6 * MINUTE);
    expect(sent).toHaveLength(1);
    expect(await readAlert(alert)).toMatchObject({
      state: { status: "firing", unknown: false },
      messages: [{ kind: "firing", status: "sent", attempts: [{ ok: true, words: "It answered 200." }] }],
    });
    await count(alert, START + 9 * MINUTE, 1000);
    await look(10 * MINUTE);
    const goodSince = new Date(START + 10 * MINUTE).toISOString();
    expect(await readAlert(alert)).toMatchObject({ state: { status: "firing", goodSince } });
    for (const minutes of [15, 20, 25]) await look(minutes * MINUTE);
    expect(sent.map((one) => (JSON.parse(one.body) as { status: string }).status)).toEqual(["firing", "resolved"]);
    expect(await readAlert(alert)).toMatchObject({ state: { status: "ok" } });
  });

  it("tries a channel again that fails, and keeps what came back", async () => {
    const alert = await addAlert({ channel: { kind: "slack", url: CHANNEL_URL } });
    await count(alert, START - 30 * 60 * MINUTE, 1000);
    world.answer = 500;
    await look(0);
    expect(await readAlert(alert)).toMatchObject({
      messages: [{ status: "waiting", attempts: [{ words: "It answered 500." }] }],
    });
    world.answer = 200;
    await look(2 * MINUTE);
    expect(await readAlert(alert)).toMatchObject({
      messages: [{ status: "sent", attempts: [{ ok: false }, { ok: true }] }],
    });
    expect(JSON.parse(sent.at(-1)!.body)).toHaveProperty("text");
  });

  it("does not tell of it again when its name is changed while it fires", async () => {
    const alert = await addAlert();
    await count(alert, START - 30 * 60 * MINUTE, 1000);
    await look(0);
    const changed = { name: "Another", rule: { ...alert["rule"], minimumEvents: ruleOf(alert).minimumEvents } };
    const { data } = await api("PATCH", `/alerts/${String(alert["id"])}`, changed);
    expect(data["alert"]).toMatchObject({ name: "Another", state: { status: "firing" } });
    await look(5 * MINUTE);
    expect(sent).toHaveLength(1);
  });

  it("says what Slack has against a message, and nothing of an answer that is no code of Slack's", async () => {
    const alert = await addAlert({ channel: { kind: "slack", url: CHANNEL_URL } });
    const test = async (text: string) => {
      vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(text, { status: 404 }));
      const { data } = await api("POST", `/alerts/${String(alert["id"])}/test`);
      return (data["message"] as unknown as { attempts: { words: string }[] }).attempts[0]?.words;
    };
    expect(await test("channel_is_archived")).toBe("It answered 404: channel_is_archived.");
    expect(await test(`no ${CHANNEL_URL}`)).toBe("It answered 404.");
    expect(await test("x".repeat(1_000_000))).toBe("It answered 404.");
  });

  it("gives a message up whose alert went while it was looked at, and asks no more for it", async () => {
    const alert = await addAlert();
    await count(alert, START - 30 * 60 * MINUTE, 1000);
    world.answer = 500;
    await look(0);
    // The owner's request ended between the Catalog and Watch.
    await runInDurableObject(env.CATALOG.getByName("workspace"), (_, { storage }) =>
      storage.sql.exec("DELETE FROM alerts"),
    );
    for (let minutes = 1; minutes < 40; minutes += 1) await look(minutes * MINUTE);
    expect(sent).toHaveLength(1);
    expect(await watch().due()).toEqual([]);
    const { messages } = await watch().view();
    expect(messages.find(({ ruleId }) => ruleId === String(alert["id"]))).not.toHaveProperty("nextAt");
  });

  it("sends nothing to an address that destinations may not reach either", async () => {
    const own = await addAlert({ channel: { kind: "webhook", url: "https://inlet.test/v1/track" } });
    const { data } = await api("POST", `/alerts/${String(own["id"])}/test`);
    expect(data["message"]).toMatchObject({
      status: "failed",
      attempts: [{ ok: false, words: expect.stringContaining("may not be reached") }],
    });
    expect(sent).toEqual([]);
  });

  it("fires at a destination that delivers too little, not at what filters stopped", async () => {
    const destination = await connectWebhook();
    const destinationId = String(destination["id"]);
    const alert = await addAlert({ rule: { type: "delivery_rate", destinationId, belowPercent: 90 } });
    const ledger = env.LEDGER.getByName(`destination:${destinationId}`);
    await ledger.count(START, { delivered: 95, "dropped:FILTERED_BY_RULES": 1000 });
    await look(0);
    expect(await readAlert(alert)).toMatchObject({ state: { status: "ok" } });
    await ledger.count(START, { delivered: 5, "abandoned:401": 12 });
    await look(5 * MINUTE);
    expect(await readAlert(alert)).toMatchObject({
      state: { status: "firing", sentence: expect.stringContaining("89 %") },
    });
  });
});

describe("a test of an alert", () => {
  it("is sent at once, marked, and remembered", async () => {
    const alert = await addAlert();
    const { data } = await api("POST", `/alerts/${String(alert["id"])}/test`);
    expect(data["message"]).toMatchObject({ kind: "test", status: "sent" });
    expect(JSON.parse(sent[0]!.body)).toMatchObject({ test: true, status: "test", id: data["message"]!["id"] });
    expect(await readAlert(alert)).toMatchObject({ messages: [{ kind: "test" }] });
    expect((await api("POST", "/alerts/nothing/test")).status).toBe(404);
  });
});
