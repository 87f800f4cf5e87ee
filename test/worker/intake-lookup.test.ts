import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { intakeOf, testBatch, testLine, testRoute } from "../support/intake.ts";

// Times of a year to come: an alarm that is set for one of the past is run at once.
const ids = (n: number) => Array.from({ length: n }, () => crypto.randomUUID());

afterEach(() => vi.useRealTimers());

describe("lookup", () => {
  it("tells segment, line, first seen and duplicates, before and after the drain; null for a stranger", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const [a, b] = ids(2) as [string, string];
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2031, 5, 1, 12) });
    await stub.append(testBatch(route, [a]));
    vi.setSystemTime(Date.UTC(2031, 5, 1, 12, 0, 1));
    await stub.append(testBatch(route, [b]));
    vi.setSystemTime(Date.UTC(2031, 5, 1, 12, 0, 9));
    await stub.append(testBatch(route, [b, b]));
    const segment = `segment-logs/${route.sourceId}/${Date.UTC(2031, 5, 1)}/0-000000000.gz`;
    const place = {
      segment,
      line: 1,
      firstSeenAt: Date.UTC(2031, 5, 1, 12, 0, 1),
      duplicates: { count: 2, atLeast: false, times: [Date.UTC(2031, 5, 1, 12, 0, 9), Date.UTC(2031, 5, 1, 12, 0, 9)] },
    };
    expect(await stub.lookup(b)).toEqual({ ...place, stored: false, text: testLine(b) });
    await runDurableObjectAlarm(stub);
    expect(await stub.lookup(b)).toEqual({ ...place, stored: true });
    expect(await stub.lookup("never sent")).toBeNull();
  });

  it("tells the last twenty times of an event that came again and again, and how often it was", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const [a, other] = ids(2) as [string, string];
    const noon = Date.UTC(2031, 5, 1, 12);
    vi.useFakeTimers({ toFake: ["Date"], now: noon });
    await stub.append(testBatch(route, [a, other]));
    for (let second = 1; second <= 30; second++) {
      vi.setSystemTime(noon + second * 1000);
      await stub.append(testBatch(route, [other, a]));
    }
    const times = Array.from({ length: 20 }, (_, i) => noon + (i + 11) * 1000);
    expect((await stub.lookup(a))?.duplicates).toEqual({ count: 30, atLeast: false, times });
  });

  it("goes through the latest duplicates of the source only, and says that there may be more", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const [a] = ids(1) as [string];
    await stub.append(testBatch(route, [a]));
    await stub.append(testBatch(route, [a]));
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("UPDATE duplicates SET seq = 1 WHERE seq = (SELECT MAX(seq) FROM duplicates)"),
    );
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec(
        "INSERT INTO duplicates (seq, at, hashes) VALUES (20002, ?, ?)",
        Date.now(),
        new ArrayBuffer(16),
      ),
    );
    expect((await stub.lookup(a))?.duplicates).toEqual({ count: 0, atLeast: true, times: [] });
  });

  it("has the line's own text while it waits in one of several commits", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const names = ids(5);
    await stub.append(testBatch(route, names.slice(0, 2)));
    await stub.append(testBatch(route, names.slice(2)));
    for (const [line, id] of names.entries()) {
      expect(await stub.lookup(id)).toMatchObject({ line, stored: false, text: testLine(id) });
    }
  });
});
