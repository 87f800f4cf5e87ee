import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api, call, makeSource } from "../support/api.ts";
import { createLedgerRig } from "../support/ledger.ts";
import { testBatch, testRoute } from "../support/intake.ts";
import { PATIENT } from "../support/patience.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const QUERY = { monthStart: 0, latelyStart: 0, now: Date.now() + 1000 };

interface Cost {
  readonly soFar: number;
  readonly projected: number | null;
  readonly budgetDollars: number | null;
  readonly pricesAsOf: string;
  readonly rows: readonly {
    subject: { id: string };
    soFar: number;
    lines: readonly { what: string; amount: number }[];
  }[];
}
const read = async (): Promise<Cost> => (await api("GET", "/workspace/cost")).data["cost"] as unknown as Cost;

describe("what is used", () => {
  it("is counted by Intake and told with its segments, once, also when the ledger could not be told at first", async () => {
    vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never);
    const route = testRoute();
    const intake = env.INTAKE.getByName(`${route.sourceId}:0`);
    await intake.append(testBatch(route, ["a", "b"]));
    await intake.append({ ...testBatch(route, ["c"]), parts: 2 });
    const ledger = env.LEDGER.getByName(`source:${route.sourceId}`);
    const refuse = vi.fn(() => Promise.reject(new Error("the ledger is overloaded")));
    const deaf = { countSegment: refuse, count: refuse } as unknown as typeof ledger;
    const asked = vi.spyOn(env.LEDGER, "getByName").mockReturnValue(deaf);
    vi.spyOn(console, "error").mockReturnValue();
    await runDurableObjectAlarm(intake);
    await vi.waitFor(() => expect(refuse).toHaveBeenCalled(), PATIENT);
    asked.mockRestore();
    await vi.waitUntil(async () => {
      await runDurableObjectAlarm(intake);
      return ((await ledger.usage(QUERY)).month["op:segments"] ?? 0) > 0;
    }, PATIENT);
    const { month, activeHours } = await ledger.usage(QUERY);
    expect(month).toMatchObject({ accepted: 3, "op:calls": 1.5, "op:segments": 1 });
    expect(month["op:rows"]).toBeGreaterThan(3);
    expect(activeHours).toBe(1);
  });

  it("is counted by a destination's ledger and stored with its settlements, without a row of its own", async () => {
    const rig = createLedgerRig();
    const pointer = await rig.open(2);
    await rig.finish(pointer, { status: "delivered" });
    const { month } = await rig.ledger.usage(QUERY);
    expect(month).toMatchObject({ delivered: 2, "op:pointers": 1, "op:claims": 1, "op:requests": 3 });
    expect(month["op:rows"]).toBeGreaterThanOrEqual(3);
  });
});

describe("GET /workspace/cost", () => {
  it("says what each source and destination costs this month, and by which prices", async () => {
    const source = await makeSource();
    const id = String(source["id"]);
    await env.LEDGER.getByName(`source:${id}`).count(Date.now(), { accepted: 100 }, [], { calls: 1e6, rows: 1e6 });
    const cost = await read();
    const row = cost.rows.find(({ subject }) => subject.id === id);
    expect(row?.soFar).toBeGreaterThan(1.3);
    expect(row?.lines).toContainEqual({ what: "requests", amount: 1e6, dollars: 0.3 });
    // Nothing was counted for a full day yet.
    expect(cost.projected).toBeNull();
    expect(cost.pricesAsOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it("is held to a budget, which health finds passed", async () => {
    const source = await makeSource();
    await env.LEDGER.getByName(`source:${String(source["id"])}`).count(Date.now(), { accepted: 1 }, [], { rows: 1e6 });
    expect((await api("PATCH", "/", { budgetDollars: -1 })).status).toBe(422);
    expect((await api("PATCH", "/", { budgetDollars: 0.5 })).status).toBe(200);
    expect((await read()).budgetDollars).toBe(0.5);
    const { data } = await api("GET", "/workspace/health");
    const codes = (data["health"] as unknown as { findings: { code: string }[] }).findings.map(({ code }) => code);
    expect(codes).toContain("budget_passed");
    await api("PATCH", "/", { budgetDollars: null });
    expect((await read()).budgetDollars).toBeNull();
  });

  it("is for viewers too, and for nobody without a token", async () => {
    expect((await call("GET", "/workspace/cost")).status).toBe(401);
    const { data } = await api("POST", "/tokens", { name: "eyes", role: "viewer" });
    const headers = { authorization: `Bearer ${String(data["token"]!["secret"])}` };
    expect((await call("GET", "/workspace/cost", { headers })).status).toBe(200);
  });
});
