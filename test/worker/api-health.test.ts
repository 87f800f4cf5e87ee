import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api, call, connectWebhook, makeSource, type Json } from "../support/api.ts";
import { createLedgerRig, laneCells } from "../support/ledger.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

interface Health {
  readonly status: string;
  readonly findings: readonly { code: string; severity: string; subject: { id: string }; link: string; todo: string }[];
  readonly shards: readonly { sourceId: string; waitingEvents: number; oldestWaitingAt?: string }[];
  readonly destinations: readonly Json[];
  readonly looked: { sources: number };
}
async function look(): Promise<Health> {
  const { status, data, text } = await api("GET", "/workspace/health");
  expect(status, text).toBe(200);
  return data["health"] as unknown as Health;
}
const about = ({ findings }: Health, id: unknown) => findings.filter(({ subject }) => subject.id === id);

describe("GET /workspace/health", () => {
  it("tells what Intake holds, and finds it late once it should have been drained", async () => {
    const source = await makeSource();
    const id = String(source["id"]);
    const intake = env.INTAKE.getByName(`${id}:0`);
    await runInDurableObject(intake, (_, { storage }) => {
      const insert = "INSERT INTO outbox (segment, at, count, hashes, text) VALUES (0, ?, 3, x'', '{}')";
      storage.sql.exec(insert, Date.now() - 10 * 60_000);
    });
    const health = await look();
    expect(health.shards.find(({ sourceId }) => sourceId === id)).toMatchObject({ waitingEvents: 3 });
    expect(about(health, id)).toMatchObject([
      { code: "drain_late", severity: "warning", link: `/sources/${id}/debugger`, todo: expect.any(String) },
    ]);
  });

  it("finds a destination that is paused while events wait, and dead letters", async () => {
    const destination = await connectWebhook();
    const id = String(destination["id"]);
    await api("POST", `/destinations/${id}/pause`);
    expect(about(await look(), id)).toMatchObject([{ code: "destination_paused", severity: "info" }]);
  });

  it("counts a day's deliveries and what was given up, with the reason in words", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    const claim = await rig.granted(pointer);
    const [first = 0, second = 0] = laneCells(claim, 1);
    await rig.settle(pointer, claim, {
      passed: [0, 1],
      outcomes: [
        { cell: first, status: "delivered" },
        { cell: second, status: "abandoned", reason: "401" },
      ],
    });
    expect(await rig.ledger.standing()).toMatchObject({
      waiting: 0,
      day: { delivered: 1, abandoned: 1, retried: 0 },
      trouble: { reason: "401", sentence: expect.any(String) },
    });
  });

  it("names an object that fails, and answers all the same", async () => {
    const source = await makeSource();
    const id = String(source["id"]);
    const plain = env.LEDGER.getByName.bind(env.LEDGER);
    vi.spyOn(env.LEDGER, "getByName").mockImplementation((name, options) => {
      if (name === `source:${id}`) throw new Error("overloaded");
      return plain(name, options);
    });
    expect(about(await look(), id)).toMatchObject([{ code: "no_answer", severity: "warning" }]);
  });

  it("finds events that took the overflow queue, and messages that Cloudflare gave up on", async () => {
    const source = await makeSource();
    const id = String(source["id"]);
    await env.LEDGER.getByName(`source:${id}`).count(Date.now(), { parked: 4 });
    await env.LEDGER.getByName("workspace").count(Date.now(), { "dead_message:events": 1 });
    const health = await look();
    expect(about(health, id)).toMatchObject([{ code: "overflow_used", severity: "warning" }]);
    expect(about(health, "workspace")).toMatchObject([{ code: "dead_messages:events", severity: "warning" }]);
  });

  it("finds events of the last hour whose write key no source has, and forgets those before it", async () => {
    const ledger = env.LEDGER.getByName("workspace");
    const of = async () => about(await look(), "workspace").filter(({ code }) => code === "unknown_write_keys");
    await ledger.count(Date.now() - 2 * 3_600_000, { "refused:unknown_source": 500 });
    await ledger.count(Date.now(), { "refused:invalid_request": 500 });
    expect(await of()).toEqual([]);
    await ledger.count(Date.now(), { "refused:unknown_source": 1234 });
    expect(await of()).toMatchObject([
      { severity: "warning", link: "/", sentence: expect.stringMatching(/^1,234 events within the last hour/) },
    ]);
  });

  it("is for viewers too, and for nobody without a token", async () => {
    expect((await call("GET", "/workspace/health")).status).toBe(401);
    const { data } = await api("POST", "/tokens", { name: "eyes", role: "viewer" });
    const headers = { authorization: `Bearer ${String(data["token"]!["secret"])}` };
    expect((await call("GET", "/workspace/health", { headers })).status).toBe(200);
  });
});

describe("a source's standing", () => {
  it("counts the day exactly to the minute, and the day before it apart", async () => {
    const ledger = env.LEDGER.getByName(`source:${crypto.randomUUID()}`);
    const now = Date.now();
    const hours = (n: number) => now - n * 3_600_000;
    for (const [at, accepted] of [
      [hours(49), 1],
      [hours(47), 10],
      [hours(24) - 120_000, 100],
      [hours(24) + 120_000, 1000],
      [now, 10_000],
    ] as const) {
      await ledger.count(at, { accepted, "refused:missing_event": 1 });
    }
    expect(await ledger.sourceStanding()).toMatchObject({
      day: { accepted: 11_000, refused: 2 },
      dayBefore: { accepted: 110 },
      topRefusal: { reason: "missing_event", count: 2 },
    });
  });
});
