import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WAITING } from "../../durable/intake/outbox.ts";
import { DedupIndex } from "../../src/core/dedup-index.ts";
import { packBatch } from "../../src/core/intake.ts";
import { ok } from "../../src/core/result.ts";
import type { SourceRoute } from "../../src/core/source.ts";
import type { Intake } from "../../src/worker.ts";
import { archivedIds, archivedLines, intakeOf, testBatch, testRoute } from "../support/intake.ts";
import { PATIENT } from "../support/patience.ts";

const ids = (n: number) => Array.from({ length: n }, () => crypto.randomUUID());
const appended = (duplicates: number[] = []) => ({ status: "appended", duplicates });
const count = (stub: DurableObjectStub<Intake>, table: string): Promise<number> =>
  runInDurableObject(stub, (_, { storage: { sql } }) => {
    const those = table === "outbox" ? `WHERE ${WAITING}` : "";
    return Number(sql.exec(`SELECT COUNT(*) AS n FROM ${table} ${those}`).one()["n"]);
  });

afterEach(() => vi.useRealTimers());

describe("dedupe", () => {
  it("stores a new event and names a repeated one as duplicate, in the same call and in a later one", async () => {
    const route = testRoute();
    const [a, b] = ids(2) as [string, string];
    expect(await intakeOf(route).append(testBatch(route, [a, b, a]))).toEqual(appended([2]));
    expect(await intakeOf(route).append(testBatch(route, [b]))).toEqual(appended([0]));
  });

  it("admits one of many concurrent copies exactly once", async () => {
    const route = testRoute();
    const [id] = ids(1) as [string];
    const answers = await Promise.all(Array.from({ length: 30 }, () => intakeOf(route).append(testBatch(route, [id]))));
    expect(answers.filter((answer) => answer.status === "appended" && answer.duplicates.length === 0)).toHaveLength(1);
    await runDurableObjectAlarm(intakeOf(route));
    expect(await archivedIds(route.sourceId)).toEqual([id]);
  });

  it("shares one commit among concurrent callers", async () => {
    const route = testRoute();
    await runInDurableObject(intakeOf(route), (intake: Intake) =>
      Promise.all(ids(40).map((id) => intake.append(testBatch(route, [id])))),
    );
    expect(await count(intakeOf(route), "outbox")).toBe(1);
  });

  it("takes batches of several callers in one call, and what is wrong with one is told of that one alone", async () => {
    const older = testRoute();
    const route = { ...older, epoch: 2 };
    const [a, b, c, d] = ids(4) as [string, string, string, string];
    const batches = [
      [route, [a, b]],
      [older, [c]],
      [route, [d, a]],
    ] as const;
    const broken = { ...packBatch(testBatch(route, [c])), route: undefined as unknown as SourceRoute };
    const packed = batches.map(([of, its]) => packBatch(testBatch(of, its)));
    expect(await intakeOf(route).addAll([packed[0]!, packed[1]!, broken, packed[2]!])).toEqual([
      ok(appended()),
      ok({ status: "stale_epoch", epoch: 2 }),
      { ok: false, error: expect.stringContaining("TypeError") as string },
      ok(appended([1])),
    ]);
    expect(await count(intakeOf(route), "outbox")).toBe(1);
  });

  it("keeps every segment within one row, however many callers share one commit", async () => {
    const route = testRoute();
    const batches = Array.from({ length: 60 }, (_, n) => ids(2500).map((id) => `${n}-${id}`));
    await runInDurableObject(intakeOf(route), (intake: Intake) =>
      Promise.all(batches.map((batch) => intake.append(testBatch(route, batch)))),
    );
    await runDurableObjectAlarm(intakeOf(route));
    const { segments, lines, largest } = await runInDurableObject(intakeOf(route), (_, state) =>
      state.storage.sql
        .exec<{ segments: number; lines: number; largest: number }>(
          "SELECT COUNT(*) AS segments, SUM(count) AS lines, MAX(LENGTH(hashes) + LENGTH(commits)) AS largest FROM segments",
        )
        .one(),
    );
    expect({ lines, waiting: await count(intakeOf(route), "outbox") }).toEqual({ lines: 150_000, waiting: 0 });
    expect(segments).toBeGreaterThan(2);
    expect(largest).toBeLessThan(2_000_000);
    expect(await intakeOf(route).append(testBatch(route, [batches[0]![0]!, batches[59]![2499]!]))).toEqual(
      appended([0, 1]),
    );
  });

  it("refuses more ids than memory holds, and takes them again once the oldest have expired", async () => {
    const route = testRoute();
    const [known, fresh] = ids(2) as [string, string];
    await intakeOf(route).append(testBatch(route, [known]));
    await runInDurableObject(intakeOf(route), async (intake: Intake) => {
      const size = vi.spyOn(DedupIndex.prototype, "bytes", "get").mockReturnValue(64_000_001);
      await expect(intake.append(testBatch(route, [fresh]))).rejects.toThrow("too many ids");
      const older = testBatch({ ...route, epoch: 0 }, [fresh]);
      expect(await intake.append(older)).toEqual({ status: "stale_epoch", epoch: 1 });
      const drop = vi.spyOn(DedupIndex.prototype, "dropBefore").mockImplementation(() => (size.mockRestore(), false));
      expect(await intake.append(testBatch(route, [fresh, known]))).toEqual(appended([1]));
      drop.mockRestore();
    });
  });

  it("remembers ids across an eviction, in the outbox and in a written segment", async () => {
    const route = testRoute();
    const [drained, waiting] = ids(2) as [string, string];
    await intakeOf(route).append(testBatch(route, [drained]));
    await runDurableObjectAlarm(intakeOf(route));
    await intakeOf(route).append(testBatch(route, [waiting]));
    await evictDurableObject(intakeOf(route));
    expect(await intakeOf(route).append(testBatch(route, [drained, waiting]))).toEqual(appended([0, 1]));
  });

  it("remembers nothing of a commit that failed, so the retry is new", async () => {
    const route = testRoute();
    const batch = testBatch(route, ids(3));
    await runInDurableObject(intakeOf(route), async (intake: Intake, state) => {
      const failing = vi.spyOn(state.storage, "transactionSync").mockImplementationOnce(() => {
        throw new Error("disk full");
      });
      await expect(intake.append(batch)).rejects.toThrow("disk full");
      failing.mockRestore();
      expect(await intake.append(batch)).toEqual(appended());
    });
    await runDurableObjectAlarm(intakeOf(route));
    expect((await archivedIds(route.sourceId)).toSorted()).toEqual([...batch.ids].toSorted());
  });

  it("forgets an id once its window has passed, by whole buckets, and not before", async () => {
    const route = testRoute({ windowMs: 24 * 3_600_000 });
    const [id, later] = ids(2) as [string, string];
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 5, 1, 10, 30) });
    await intakeOf(route).append(testBatch(route, [id]));
    await runDurableObjectAlarm(intakeOf(route));
    await intakeOf(route).confirm(0);
    vi.setSystemTime(Date.UTC(2026, 5, 2, 10, 29));
    expect(await intakeOf(route).append(testBatch(route, [id, later]))).toEqual(appended([0]));
    vi.setSystemTime(Date.UTC(2026, 5, 2, 11, 31));
    await runDurableObjectAlarm(intakeOf(route));
    expect(await intakeOf(route).append(testBatch(route, [id, later]))).toEqual(appended([1]));
    expect(await intakeOf(route).lookup(later)).not.toBeNull();
  });
});

describe("drain", () => {
  it("writes each stored line byte for byte into a segment of its UTC day and clears the outbox", async () => {
    const route = testRoute();
    const batch = { ...testBatch(route, ids(2)), lines: ['{"a":"Zoë 😀"}', '{"b":1.5}'] };
    await intakeOf(route).append(batch);
    await runDurableObjectAlarm(intakeOf(route));
    const [segment] = await archivedLines(route.sourceId);
    const day = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    expect(segment).toEqual({
      key: `segment-logs/${route.sourceId}/${day}/0-000000000.gz`,
      lines: [{ a: "Zoë 😀" }, { b: 1.5 }],
    });
    expect(await count(intakeOf(route), "outbox")).toBe(0);
  });

  it("writes the same segment again when it stopped between the put and the clearing", async () => {
    const route = testRoute();
    const first = ids(2);
    const stub = intakeOf(route);
    await stub.append(testBatch(route, first));
    await runInDurableObject(stub, async (intake: Intake, state) => {
      const failing = vi.spyOn(state.storage, "transactionSync").mockImplementationOnce(() => {
        throw new Error("stopped after the put");
      });
      await intake.alarm();
      failing.mockRestore();
    });
    await evictDurableObject(stub);
    const second = ids(1);
    await stub.append(testBatch(route, second));
    await runDurableObjectAlarm(stub);
    const segments = await archivedLines(route.sourceId);
    expect(segments.map(({ lines }) => lines.map((line) => line["messageId"]))).toEqual([first, second]);
  });

  it("starts by size too, and still leaves an alarm behind for the case that it dies half-way", async () => {
    const route = testRoute({ drainAfterBytes: 1 });
    const put = vi.spyOn(env.ARCHIVE, "put");
    await intakeOf(route).append(testBatch(route, ids(1)));
    await vi.waitFor(() => expect(put.mock.calls.map(([key]) => key).join()).toContain(route.sourceId), PATIENT);
    const alarm = await runInDurableObject(intakeOf(route), (_, state) => state.storage.getAlarm());
    expect(alarm).not.toBeNull();
    put.mockRestore();
    await vi.waitFor(async () => expect(await archivedIds(route.sourceId)).toHaveLength(1), PATIENT);
  });

  it("keeps everything while R2 fails and drains it afterwards", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const put = vi.spyOn(env.ARCHIVE, "put").mockRejectedValue(new Error("R2 is down"));
    const batch = testBatch(route, ids(3));
    expect(await stub.append(batch)).toEqual(appended());
    await runDurableObjectAlarm(stub);
    expect(put).toHaveBeenCalled();
    expect(await count(stub, "outbox")).toBe(1);
    put.mockRestore();
    await runDurableObjectAlarm(stub);
    expect((await archivedIds(route.sourceId)).toSorted()).toEqual([...batch.ids].toSorted());
  });

  it("drains again after a put that R2 never answers", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const batch = testBatch(route, ids(3));
    expect(await stub.append(batch)).toEqual(appended());
    const put = vi.spyOn(env.ARCHIVE, "put").mockReturnValue(new Promise<never>(() => undefined));
    await runInDurableObject(stub, async (intake: Intake) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      try {
        const hanging = intake.alarm();
        await vi.waitFor(() => expect(put).toHaveBeenCalled(), PATIENT);
        await vi.advanceTimersByTimeAsync(60_000);
        await hanging;
      } finally {
        vi.useRealTimers();
      }
    });
    put.mockRestore();
    await runDurableObjectAlarm(stub);
    expect((await archivedIds(route.sourceId)).toSorted()).toEqual([...batch.ids].toSorted());
  });

  it("splits what one row cannot hold", async () => {
    const route = testRoute();
    const many = ids(60);
    const lines = many.map((messageId) => JSON.stringify({ messageId, filler: "x".repeat(30_000) }));
    await intakeOf(route).append({ ...testBatch(route, many), lines });
    expect(await count(intakeOf(route), "outbox")).toBeGreaterThan(1);
    await runDurableObjectAlarm(intakeOf(route));
    expect(await archivedIds(route.sourceId)).toEqual(many);
  });

  it("splits what one segment should not hold, though it came in one commit, and still knows every id", async () => {
    const route = testRoute();
    const many = ids(200);
    const lines = many.map((messageId) => JSON.stringify({ messageId, filler: "x".repeat(60_000) }));
    const batch = { ...testBatch(route, many), lines };
    await intakeOf(route).append(batch);
    await evictDurableObject(intakeOf(route));
    await runDurableObjectAlarm(intakeOf(route));
    const sizes = (await archivedLines(route.sourceId)).map((segment) => JSON.stringify(segment.lines).length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(9_000_000);
    expect(await archivedIds(route.sourceId)).toEqual(many);
    expect(await intakeOf(route).append(batch)).toEqual(appended(many.map((_, i) => i)));
    expect(await count(intakeOf(route), "outbox")).toBe(0);
  });

  it("starts a new segment with each hour, so that buckets and days stay apart", async () => {
    const route = testRoute();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 5, 1, 23, 59, 59) });
    await intakeOf(route).append(testBatch(route, ids(1)));
    vi.setSystemTime(Date.UTC(2026, 5, 2, 0, 0, 1));
    await intakeOf(route).append(testBatch(route, ids(1)));
    await runDurableObjectAlarm(intakeOf(route));
    vi.useRealTimers();
    // June is over for the runtime, so that it may be running the alarm by itself, and then this one did not wait.
    await vi.waitFor(
      async () =>
        expect((await archivedLines(route.sourceId)).map(({ key }) => key)).toEqual([
          `segment-logs/${route.sourceId}/${Date.UTC(2026, 5, 1)}/0-000000000.gz`,
          `segment-logs/${route.sourceId}/${Date.UTC(2026, 5, 2)}/0-000000001.gz`,
        ]),
      10_000,
    );
  });
});

describe("hand-over", () => {
  it("sends a pointer again until it is confirmed, also after a restart and a failing queue", async () => {
    const route = testRoute();
    const stub = intakeOf(route);
    const send = vi.spyOn(env.EVENTS, "send").mockResolvedValue(undefined as never);
    const sent = () => send.mock.calls.filter(([body]) => (body as { sourceId: string }).sourceId === route.sourceId);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 5, 1, 12) });
    await stub.append(testBatch(route, ids(1)));
    await runDurableObjectAlarm(stub);
    expect(sent()).toHaveLength(1);
    await evictDurableObject(stub);
    send.mockRejectedValueOnce(new Error("queue is down"));
    await runDurableObjectAlarm(stub);
    vi.setSystemTime(Date.UTC(2026, 5, 1, 12, 5));
    await runDurableObjectAlarm(stub);
    expect(sent().length).toBeGreaterThanOrEqual(3);
    const before = sent().length;
    await stub.confirm(0);
    vi.setSystemTime(Date.UTC(2026, 5, 1, 13));
    await runDurableObjectAlarm(stub);
    expect(sent()).toHaveLength(before);
    send.mockRestore();
  });
});
