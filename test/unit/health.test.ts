import { describe, expect, it } from "vitest";
import { checkHealth, type HealthDeps, type HealthSource } from "../../src/core/health-check.ts";
import { HEALTH } from "../../src/core/health.ts";
import { explainReason } from "../../src/core/reasons.ts";
import type { ExportSummary } from "../../src/core/export-views.ts";
import type {
  DestinationStanding,
  IntakeStanding,
  SourceStanding,
  WorkspaceStanding,
} from "../../src/core/standing.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const INTAKE: IntakeStanding = {
  now: NOW,
  waitingEvents: 0,
  waitingBytes: 0,
  unconfirmed: 0,
  failures: 0,
  outboxShare: 0,
  idsShare: 0,
};
const SOURCE: SourceStanding = {
  now: NOW,
  day: { accepted: 1000, duplicate: 5, refused: 3 },
  dayBefore: { accepted: 1000 },
  parked: 0,
  parkedAgain: 0,
};
const WORKSPACE: WorkspaceStanding = { now: NOW, deadMessages: {}, unknownKeys: 0 };
const DESTINATION: DestinationStanding = {
  now: NOW,
  waiting: 0,
  retrying: 0,
  day: { delivered: 1000, abandoned: 0, retried: 2 },
};
const EXPORTS: ExportSummary = {
  enabled: true,
  schema: "shop",
  tables: 3,
  rows: 10,
  events: 10,
  bytes: 1000,
  publishedHours: 4,
  waitingHours: 1,
  oldestWaitingHour: NOW - HOUR,
  followers: [{ name: "snapshot", behind: 0, running: false }],
};
const SHOP: HealthSource = { id: "shop", name: "Shop", shards: 1, drainMs: 2000, exports: true };

const never = () => new Promise<never>(() => undefined);

/** A workspace in which all is well, but for what is given. */
const depsOf = (other: Partial<HealthDeps> = {}): HealthDeps => ({
  sources: async () => [SHOP],
  destinations: async () => [{ id: "crm", name: "CRM" }],
  warehouses: async () => [{ id: "w1", name: "Lake" }],
  intake: async () => INTAKE,
  source: async () => SOURCE,
  destination: async () => DESTINATION,
  exports: async () => EXPORTS,
  workspace: async () => WORKSPACE,
  replays: async () => [],
  clientSkew: async () => 200,
  costs: async () => [],
  now: () => NOW,
  ...other,
});

const found = async (other: Partial<HealthDeps>) =>
  (await checkHealth(depsOf(other))).findings.map(({ code, severity }) => `${severity} ${code}`);
const ofDestination = (standing: Partial<DestinationStanding>) =>
  found({ destination: async () => ({ ...DESTINATION, ...standing }) });
const ofIntake = (standing: Partial<IntakeStanding>) => found({ intake: async () => ({ ...INTAKE, ...standing }) });
const ofSource = (standing: Partial<SourceStanding>) => found({ source: async () => ({ ...SOURCE, ...standing }) });

describe("the health of a workspace", () => {
  it("finds nothing where all is well, and says what it looked at", async () => {
    expect(await checkHealth(depsOf())).toMatchObject({
      status: "well",
      findings: [],
      looked: { sources: 1, shards: 1, destinations: 1 },
      unasked: 0,
    });
  });

  it("gives events in the outbox the time that the source lets Intake hold them, and a minute more", async () => {
    const late = (ms: number) => ofIntake({ waitingEvents: 7, oldestWaitingAt: NOW - SHOP.drainMs - ms });
    expect(await late(HEALTH.drainLateMs - 1)).toEqual([]);
    expect(await late(HEALTH.drainLateMs)).toEqual(["warning drain_late"]);
    expect(await late(HEALTH.drainStuckMs)).toEqual(["critical drain_late"]);
  });

  it("finds segments that nobody routes, and shards that get full", async () => {
    const unconfirmed = (ms: number) => ofIntake({ unconfirmed: 2, oldestUnconfirmedAt: NOW - ms });
    expect(await unconfirmed(HEALTH.routingLateMs - 1)).toEqual([]);
    expect(await unconfirmed(HEALTH.routingLateMs)).toEqual(["warning routing_late"]);
    expect(await unconfirmed(HEALTH.routingStuckMs)).toEqual(["critical routing_late"]);
    expect(await ofIntake({ outboxShare: 0.8 })).toEqual(["critical outbox_full"]);
    expect(await ofIntake({ idsShare: 0.9 })).toEqual(["warning ids_full"]);
    expect(await ofIntake({ idsShare: 1 })).toEqual(["critical ids_full"]);
  });

  it("finds the overflow queue in use, worse when it cannot be emptied", async () => {
    expect(await ofSource({ parked: 12 })).toEqual(["warning overflow_used"]);
    expect(await ofSource({ parked: 12, parkedAgain: 12 })).toEqual(["critical overflow_used"]);
  });

  it("finds refusals when they are many, not when they are few of few", async () => {
    const refused = (accepted: number, count: number) =>
      ofSource({
        day: { accepted, duplicate: 0, refused: count },
        topRefusal: { reason: "missing_user_id_or_anonymous_id", count },
      });
    expect(await refused(10, 10)).toEqual([]);
    expect(await refused(1000, 20)).toEqual([]);
    expect(await refused(60, 40)).toEqual(["warning many_refused"]);
  });

  it("says of a destination what holds it, once, and the strongest", async () => {
    const trouble = { reason: "503", sentence: "It answered 503.", todo: "Wait." };
    const waits = { waiting: 5, oldestAt: NOW - 2 * HOUR, trouble };
    expect(await ofDestination({ ...waits, probeAt: NOW + 10_000 })).toEqual(["critical destination_down"]);
    expect(await ofDestination({ ...waits, pausedAt: NOW - HOUR, probeAt: NOW })).toEqual(["info destination_paused"]);
    expect(await ofDestination({ ...waits, pausedAt: NOW - 25 * HOUR })).toEqual(["warning destination_paused"]);
    expect(
      await ofDestination({ ...waits, pausedUntil: NOW + MINUTE, trouble: { ...trouble, reason: "INVALID_SETTINGS" } }),
    ).toEqual(["critical destination_held"]);
    expect(await ofDestination({ ...waits, pausedUntil: NOW + MINUTE })).toEqual([
      "warning delivery_late",
      "info destination_asked_pause",
    ]);
    expect(await ofDestination({ ...waits, oldestAt: NOW - 59 * MINUTE })).toEqual([]);
    expect(await ofDestination({ ...waits, oldestAt: NOW - 13 * HOUR })).toEqual(["critical delivery_late"]);
  });

  it("says what to do about one that is down: there, or here where the setting is ours", async () => {
    const down = async (reason: string) => {
      const { sentence, todo } = explainReason(reason);
      const standing = { ...DESTINATION, waiting: 5, probeAt: NOW, trouble: { reason, sentence, todo } };
      return (await checkHealth(depsOf({ destination: async () => standing }))).findings[0];
    };
    expect((await down("503"))?.sentence).toMatch(/5 deliveries wait\. Why: 503: /);
    expect((await down("503"))?.todo).toMatch(/logs or status page.*nothing is given up for a day/);
    expect((await down("ENOTFOUND"))?.todo).toContain("spelling mistake");
  });

  it("tells when something is tried again only while that is still to come", async () => {
    const next = async (standing: Partial<DestinationStanding>) => {
      const destination = async () => ({ ...DESTINATION, waiting: 5, oldestAt: NOW - 2 * HOUR, ...standing });
      return (await checkHealth(depsOf({ destination }))).findings.map(({ nextAt }) => nextAt);
    };
    for (const name of ["probeAt", "nextAttemptAt"] as const) {
      expect(await next({ [name]: NOW + MINUTE })).toEqual([NOW + MINUTE]);
      expect(await next({ [name]: NOW - MINUTE })).toEqual([undefined]);
    }
  });

  it("finds dead letters of the last day, and weighs them by their share", async () => {
    const abandoned = (count: number) => ofDestination({ day: { delivered: 1000, abandoned: count, retried: 0 } });
    expect(await abandoned(1)).toEqual(["warning dead_letters"]);
    expect(await abandoned(200)).toEqual(["critical dead_letters"]);
  });

  it("says what the deliveries were given up for, whatever fails now", async () => {
    const { sentence, todo } = explainReason("500");
    const standing = { ...DESTINATION, lostFor: "400", trouble: { reason: "500", sentence, todo } };
    const day = { delivered: 60, abandoned: 5, retried: 9 };
    const { findings } = await checkHealth(depsOf({ destination: async () => ({ ...standing, day }) }));
    expect(findings.map((one) => one.sentence)).toEqual([
      "5 deliveries were given up within the last day (7.7 %). 400: the destination says that the request is wrong.",
    ]);
  });

  it("finds exports that are behind, and whom they fail to follow", async () => {
    const late = (hours: number) =>
      found({ exports: async () => ({ ...EXPORTS, oldestWaitingHour: NOW - hours * HOUR }) });
    expect(await late(2)).toEqual([]);
    expect(await late(3)).toEqual(["warning exports_late"]);
    expect(await late(25)).toEqual(["critical exports_late"]);
    const followers = [{ name: "load:w1", behind: 3, running: false, error: "no", retryAt: NOW + MINUTE }];
    const report = await checkHealth(depsOf({ exports: async () => ({ ...EXPORTS, followers }) }));
    expect(report.findings).toMatchObject([{ code: "follower_failed:load:w1", subject: { name: "Lake" } }]);
    expect(await found({ exports: async () => ({ ...EXPORTS, enabled: false, oldestWaitingHour: 0 }) })).toEqual([]);
  });

  it("finds what Cloudflare gave up on, worst where it is the only copy", async () => {
    const deadMessages = { overflow: 1, events: 2 };
    expect(await found({ workspace: async () => ({ ...WORKSPACE, deadMessages }) })).toEqual([
      "critical dead_messages:overflow",
      "warning dead_messages:events",
    ]);
  });

  it("finds events with keys of no source once they are some, and never worse than a warning: strangers can send them", async () => {
    const unknown = (unknownKeys: number) => found({ workspace: async () => ({ ...WORKSPACE, unknownKeys }) });
    expect(await unknown(HEALTH.fewest - 1)).toEqual([]);
    expect(await unknown(HEALTH.fewest)).toEqual(["warning unknown_write_keys"]);
    expect(await unknown(10_000_000)).toEqual(["warning unknown_write_keys"]);
  });

  it("finds clocks that are off: an object's, and those of clients", async () => {
    expect(await ofDestination({ now: NOW - HEALTH.objectSkewMs })).toEqual(["warning object_skew"]);
    expect(await found({ clientSkew: async () => -10 * MINUTE })).toEqual(["info client_skew"]);
  });

  it("has a finding for each that does not answer, and an answer all the same", async () => {
    const report = await checkHealth(
      depsOf({
        intake: () => Promise.reject(new Error("no answer within 3000 ms")),
        destination: () => Promise.reject(new Error("overloaded")),
      }),
    );
    expect(report.status).toBe("warning");
    expect(report.findings.map(({ code, subject }) => [code, subject.name])).toEqual([
      ["no_answer", "CRM"],
      ["no_answer", "Shop"],
    ]);
    expect(report.looked).toEqual({ sources: 1, shards: 0, destinations: 0 });
  });

  it("asks no more once its time is up, and says how much it did not ask", async () => {
    let now = NOW;
    const destinations = Array.from({ length: 100 }, (_, i) => ({ id: `d${i}`, name: `D ${i}` }));
    const report = await checkHealth(
      depsOf({
        sources: async () => [],
        destinations: async () => destinations,
        destination: async () => {
          now += 1000;
          return { ...DESTINATION, now };
        },
        now: () => now,
      }),
    );
    expect(report.unasked).toBeGreaterThan(0);
    expect(report.looked.destinations + report.unasked).toBeGreaterThanOrEqual(100);
  });

  it("asks no more than its bound of a workspace with many shards", async () => {
    const report = await checkHealth(
      depsOf({ sources: async () => Array.from({ length: 10 }, (_, i) => ({ ...SHOP, id: `s${i}`, shards: 256 })) }),
    );
    expect(report.looked.shards).toBeLessThanOrEqual(HEALTH.questions);
    expect(report.unasked).toBeGreaterThan(1000);
  });

  it("rejects when the Catalog cannot say what there is", async () => {
    await expect(
      checkHealth(depsOf({ sources: () => Promise.reject(new Error("gone")), destinations: never })),
    ).rejects.toThrow("gone");
  });
});
