import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { ALERTS } from "../../src/core/alert.ts";
import { addAlert, alertsInEach, channel, readAlert, watch } from "../support/alerts-rig.ts";
import { api, makeSource } from "../support/api.ts";
import { START } from "../support/clock.ts";

const MINUTE = 60_000;
const { clock, sent, world, look } = alertsInEach();

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

describe("looking at alerts", () => {
  it("costs nothing without rules, and comes every five minutes with one, whatever gets lost", async () => {
    const gone = await addAlert();
    await api("DELETE", `/alerts/${String(gone["id"])}`);
    await look(0);
    world.asked = 0;
    await runDurableObjectAlarm(watch());
    expect(world.asked).toBe(0);
    expect(await runInDurableObject(watch(), (_, { storage }) => storage.getAlarm())).toBeNull();
    await addAlert();
    await runDurableObjectAlarm(watch());
    expect(world.asked).toBe(1);
    // Its message got lost: asked again.
    clock.at(ALERTS.leaseMs);
    await runDurableObjectAlarm(watch());
    expect(world.asked).toBe(2);
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
    expect(await readAlert(off)).not.toHaveProperty("state");
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
    expect([world.asked, armed()]).toEqual([1, 2000 + ALERTS.leaseMs]);
    clock.at(2000 + ALERTS.leaseMs);
    await ring();
    expect(world.asked).toBe(2);
    await look(2000 + ALERTS.leaseMs);
    expect(await readAlert(alert)).toHaveProperty("state");
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

describe("an alert on Health that fires", () => {
  const rule = { type: "health", severity: "warning" };
  const told = () => sent.map(({ body }) => JSON.parse(body) as { status: string; sentence: string });
  /** A source with as many refused events as make a warning: whoever has its key can send them. */
  async function refusedMany() {
    const source = await makeSource({ name: "Shop" });
    const ledger = env.LEDGER.getByName(`source:${String(source["id"])}`);
    await ledger.count(START, { "refused:missing_event": 30 });
    return ledger;
  }

  it("tells its channel at once of something critical, once, and the state shows nothing of what it remembers", async () => {
    const ledger = await refusedMany();
    const alert = await addAlert({ rule });
    await look(0);
    await look(5 * MINUTE);
    expect(told()).toMatchObject([{ status: "firing", sentence: expect.stringMatching(/^Shop: 100 % of/) }]);
    await ledger.count(START, { parked_again: 3 });
    for (const minutes of [10, 15, 20]) await look(minutes * MINUTE);
    expect(told().slice(1)).toEqual([
      expect.objectContaining({
        status: "new_finding",
        sentence: expect.stringMatching(/^Shop: .* overflow queue .* 2 findings in all, 1 of them critical\.$/),
      }),
    ]);
    const { state, messages } = await readAlert(alert);
    expect(state).not.toHaveProperty("told");
    expect(messages).toMatchObject([{ kind: "new_finding", status: "sent" }, { kind: "firing" }]);
  });

  it("says once more what there is when its state was stored before anybody kept what was told", async () => {
    await refusedMany();
    const alert = await addAlert({ rule });
    const old = { status: "firing", since: START, checkedAt: START, toldAt: START, sentence: "Shop: …" };
    await runInDurableObject(watch(), (_, { storage }) =>
      storage.sql.exec("INSERT INTO states (rule, body) VALUES (?, ?)", String(alert["id"]), JSON.stringify(old)),
    );
    for (const minutes of [5, 10, 15]) await look(minutes * MINUTE);
    expect(told().map(({ status }) => status)).toEqual(["reminder"]);
    expect((await watch().view()).states[String(alert["id"])]).toMatchObject({
      status: "firing",
      since: START,
      told: expect.arrayContaining([expect.objectContaining({ code: "many_refused", severity: "warning" })]),
    });
  });
});
