import { createMessageBatch, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../src/worker.ts";
import { ALERTS } from "../../src/core/alert.ts";
import { api, call, connectWebhook, makeSource, type Json } from "../support/api.ts";
import { START, stopClockInEach } from "../support/clock.ts";

const MINUTE = 60_000;
const clock = stopClockInEach();
const watch = () => env.WATCH.getByName("workspace");

interface Sent {
  readonly url: string;
  readonly body: string;
  readonly headers: Headers;
}
let sent: Sent[] = [];
let answer = 200;
let asked = 0;

beforeEach(async () => {
  sent = [];
  answer = 200;
  asked = 0;
  vi.spyOn(env.ALERTS, "send").mockImplementation(async () => {
    asked++;
    return undefined as never;
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    sent.push({ url: String(url), body: String(init?.body), headers: new Headers(init?.headers) });
    return new Response("thanks", { status: answer });
  });
  for (const alert of (await api("GET", "/alerts")).data["alerts"] as unknown as Json[]) {
    await api("DELETE", `/alerts/${String(alert["id"])}`);
  }
});

/** A queue message's worth of work, `ms` after the start. */
async function look(ms: number): Promise<void> {
  clock.at(ms);
  const batch = createMessageBatch("inlet-alerts", [
    { id: "m", timestamp: new Date(), attempts: 1, body: { alerts: "look" } },
  ]);
  await worker.queue(batch as never, env);
}

const URL_ = "https://hooks.example/T0/secret-path";
const channel = { kind: "webhook", url: URL_, sharedSecret: "very-secret" };

async function addAlert(body: Record<string, unknown> = {}): Promise<Json> {
  const source = await makeSource();
  const rule = { type: "source_volume", sourceId: source["id"], deviationPercent: 50 };
  const { status, data, text } = await api("POST", "/alerts", { name: "Volume", rule, channel, ...body });
  expect(status, text).toBe(200);
  return data["alert"] as unknown as Json;
}
async function granted() {
  const claim = await watch().claim();
  if (claim.status !== "granted") throw new Error("Nobody else may have the lease.");
  return claim;
}
const ring = () => runInDurableObject(watch(), (object) => object.alarm());

/** Alarms ring only when the test says so: to workerd the stopped clock's times may be past. Gives the armed one, ms after START. */
function alarmsByHand(): Promise<() => number | undefined> {
  return runInDurableObject(watch(), (_, { storage }) => {
    let at: number | undefined;
    vi.spyOn(storage, "setAlarm").mockImplementation(async (time) => void (at = Number(time) - START));
    vi.spyOn(storage, "deleteAlarm").mockImplementation(async () => void (at = undefined));
    return () => at;
  });
}
const read = async (alert: Json): Promise<Json> =>
  (await api("GET", `/alerts/${String(alert["id"])}`)).data["alert"] as unknown as Json;
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
    expect(url).toBe(URL_);
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
    expect(await read(alert)).toMatchObject({
      state: { status: "firing", unknown: false },
      messages: [{ kind: "firing", status: "sent", attempts: [{ ok: true, words: "It answered 200." }] }],
    });
    await count(alert, START + 9 * MINUTE, 1000);
    await look(10 * MINUTE);
    const goodSince = new Date(START + 10 * MINUTE).toISOString();
    expect(await read(alert)).toMatchObject({ state: { status: "firing", goodSince } });
    for (const minutes of [15, 20, 25]) await look(minutes * MINUTE);
    expect(sent.map((one) => (JSON.parse(one.body) as { status: string }).status)).toEqual(["firing", "resolved"]);
    expect(await read(alert)).toMatchObject({ state: { status: "ok" } });
  });

  it("tries a channel again that fails, and keeps what came back", async () => {
    const alert = await addAlert({ channel: { kind: "slack", url: URL_ } });
    await count(alert, START - 30 * 60 * MINUTE, 1000);
    answer = 500;
    await look(0);
    expect(await read(alert)).toMatchObject({
      messages: [{ status: "waiting", attempts: [{ words: "It answered 500." }] }],
    });
    answer = 200;
    await look(2 * MINUTE);
    expect(await read(alert)).toMatchObject({
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
    const alert = await addAlert({ channel: { kind: "slack", url: URL_ } });
    const test = async (text: string) => {
      vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(text, { status: 404 }));
      const { data } = await api("POST", `/alerts/${String(alert["id"])}/test`);
      return (data["message"] as unknown as { attempts: { words: string }[] }).attempts[0]?.words;
    };
    expect(await test("channel_is_archived")).toBe("It answered 404: channel_is_archived.");
    expect(await test(`no ${URL_}`)).toBe("It answered 404.");
    expect(await test("x".repeat(1_000_000))).toBe("It answered 404.");
  });

  it("gives a message up whose alert went while it was looked at, and asks no more for it", async () => {
    const alert = await addAlert();
    await count(alert, START - 30 * 60 * MINUTE, 1000);
    answer = 500;
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
    expect(await read(alert)).toMatchObject({ state: { status: "ok" } });
    await ledger.count(START, { delivered: 5, "abandoned:401": 12 });
    await look(5 * MINUTE);
    expect(await read(alert)).toMatchObject({ state: { status: "firing", sentence: expect.stringContaining("89 %") } });
  });

  it("costs nothing without rules, and comes every five minutes with one, whatever gets lost", async () => {
    const gone = await addAlert();
    await api("DELETE", `/alerts/${String(gone["id"])}`);
    await look(0);
    asked = 0;
    await runDurableObjectAlarm(watch());
    expect(asked).toBe(0);
    expect(await runInDurableObject(watch(), (_, { storage }) => storage.getAlarm())).toBeNull();
    await addAlert();
    await runDurableObjectAlarm(watch());
    expect(asked).toBe(1);
    // Its message got lost: asked again.
    clock.at(ALERTS.leaseMs);
    await runDurableObjectAlarm(watch());
    expect(asked).toBe(2);
    await look(ALERTS.leaseMs);
    const next = await runInDurableObject(watch(), (_, { storage }) =>
      storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = 'lookAt'").one(),
    );
    expect(Number(next.value)).toBe(START + ALERTS.leaseMs + ALERTS.everyMs);
  });

  it("comes also when the request that made the rule ended before Watch was told, once alerts are listed", async () => {
    await look(0);
    const armed = await alarmsByHand();
    const told = vi.spyOn(env.WATCH, "getByName").mockImplementation(() => {
      throw new Error("overloaded");
    });
    vi.spyOn(console, "error").mockReturnValue();
    const rule = { type: "health", severity: "critical" };
    expect((await api("POST", "/alerts", { name: "X", rule, channel })).status).toBe(500);
    told.mockRestore();
    expect(armed()).toBeUndefined();
    await api("GET", "/alerts");
    expect(armed()).toBe(0);
    await look(0);
    expect(armed()).toBe(ALERTS.everyMs);
    await api("GET", "/alerts");
    expect(armed()).toBe(ALERTS.everyMs);
  });

  it("forgets how a rule stood that is gone or was off, whoever tells of it", async () => {
    const alert = await addAlert();
    const off = await addAlert();
    await look(0);
    expect(Object.keys((await watch().view()).states)).toHaveLength(2);
    await api("PATCH", `/alerts/${String(off["id"])}`, { enabled: false });
    await api("PATCH", `/alerts/${String(off["id"])}`, { enabled: true });
    expect(await read(off)).not.toHaveProperty("state");
    // The owner's request ended between the Catalog and Watch.
    await runInDurableObject(env.CATALOG.getByName("workspace"), (_, { storage }) =>
      storage.sql.exec("DELETE FROM alerts WHERE id = ?", String(alert["id"])),
    );
    await look(5 * MINUTE);
    expect(Object.keys((await watch().view()).states)).toEqual([off["id"]]);
  });

  it("that failed comes again when its lease has ended, not at once", async () => {
    const alert = await addAlert();
    const armed = await alarmsByHand();
    vi.spyOn(console, "error").mockReturnValue();
    const catalog = vi.spyOn(env.CATALOG, "getByName").mockImplementation(() => {
      throw new Error("overloaded");
    });
    clock.at(1000);
    await ring();
    await look(2000);
    catalog.mockRestore();
    expect(armed()).toBe(2000 + ALERTS.leaseMs);
    expect(await watch().claim()).toEqual({ status: "nothing_due" });
    // The alarm of before the claim asks nobody: who looks has the lease.
    clock.at(1000 + ALERTS.leaseMs);
    await ring();
    expect([asked, armed()]).toEqual([1, 2000 + ALERTS.leaseMs]);
    clock.at(2000 + ALERTS.leaseMs);
    await ring();
    expect(asked).toBe(2);
    await look(2000 + ALERTS.leaseMs);
    expect(await read(alert)).toHaveProperty("state");
  });

  it("books nothing to rules that have changed meanwhile, and is done anew", async () => {
    const bad = (ruleId: string) => ({ ruleId, verdict: { status: "bad", sentence: "…", link: "/health" } as const });
    const changed = String((await addAlert())["id"]);
    const deleted = String((await addAlert())["id"]);
    const claim = await granted();
    await api("PATCH", `/alerts/${changed}`, { rule: { type: "health", severity: "critical" } });
    await api("DELETE", `/alerts/${deleted}`);
    await watch().looked(claim.token, [bad(changed), bad(deleted)]);
    expect((await watch().view()).states).toEqual({});
    expect(await watch().due()).toEqual([]);
    // Two consumers at once would send twice: the second comes when the first is done.
    expect(await watch().claim()).toEqual({ status: "nothing_due" });
    await watch().release(claim.token);
    const next = await granted();
    expect(next.look).toBe(true);
    await watch().looked(next.token, [bad(changed)]);
    expect(Object.keys((await watch().view()).states)).toEqual([changed]);
    await watch().release(next.token);
  });

  it("is done by one consumer at a time", async () => {
    await addAlert();
    const claim = await watch().claim();
    expect(claim).toMatchObject({ status: "granted", look: true });
    expect(await watch().claim()).toEqual({ status: "nothing_due" });
    clock.at(ALERTS.leaseMs + 1);
    expect(await watch().claim()).toMatchObject({ status: "granted" });
    if (claim.status === "granted") await watch().looked(claim.token, []);
    expect((await watch().view()).states).toEqual({});
  });
});

describe("a test of an alert", () => {
  it("is sent at once, marked, and remembered", async () => {
    const alert = await addAlert();
    const { data } = await api("POST", `/alerts/${String(alert["id"])}/test`);
    expect(data["message"]).toMatchObject({ kind: "test", status: "sent" });
    expect(JSON.parse(sent[0]!.body)).toMatchObject({ test: true, status: "test", id: data["message"]!["id"] });
    expect(await read(alert)).toMatchObject({ messages: [{ kind: "test" }] });
    expect((await api("POST", "/alerts/nothing/test")).status).toBe(404);
  });
});
