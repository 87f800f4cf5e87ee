import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catalogOf } from "../../src/bindings/catalog.ts";
import { COMPACTION } from "../../src/core/compaction.ts";
import { api } from "../support/api.ts";
import { indexOf } from "../support/archive-index.ts";
import { archive, archivedKeys, linesFor, runAlarm, settle } from "../support/compaction.ts";
import { createRig, live, type DeliveryRig } from "../support/delivery.ts";
import { append, drain, newSource, segmentOf, trace } from "../support/trace.ts";

const HOUR = 3_600_000;
// In the future, so that no alarm comes by itself before a test runs it.
const NOON = Date.UTC(2031, 5, 2, 12);
const COMPACTED = NOON + HOUR + COMPACTION.afterMs;
const OVER = NOON + HOUR + 30 * 24 * HOUR;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  vi.spyOn(env.EXPORT_TASKS, "send").mockResolvedValue({} as QueueSendResponse);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await catalogOf(env).updateWorkspace({ retentionDays: 0 });
});

/** Two segments of three events each, with a job for each; the keys. */
async function fill({ sourceId, destinationId, ledger }: DeliveryRig): Promise<string[]> {
  const keys: string[] = [];
  for (const segment of [1, 2]) {
    const key = await archive(sourceId, { hour: NOON, segment, lines: linesFor(`s${segment}`, 3) });
    await ledger.open({ destinationId, sourceId, key, count: 3 });
    keys.push(key);
  }
  return keys;
}

async function endRetention(sourceId: string): Promise<void> {
  await catalogOf(env).updateWorkspace({ retentionDays: 30 });
  for (let n = 0; n < 3; n++) {
    vi.setSystemTime(OVER + n * 2000);
    await runAlarm(sourceId);
  }
  expect(await archivedKeys(sourceId)).toEqual([]);
}

const EACH_ONCE = Object.fromEntries(["s1-0", "s1-1", "s1-2", "s2-0", "s2-1", "s2-2"].map((id) => [id, 1]));

describe("a delivery that holds an old pointer", () => {
  it("is made from the compacted file, each event once", async () => {
    const rig = createRig();
    const keys = await fill(rig);
    vi.setSystemTime(COMPACTED);
    await settle(rig.sourceId);
    expect(await env.ARCHIVE.head(keys[0]!)).toBeNull();
    await live(rig, 120_000);
    expect(rig.times()).toEqual(EACH_ONCE);
    expect(await rig.summary()).toMatchObject({ delivered: 6, abandoned: 0, waiting: 0 });
  });

  it("has failed before the compaction and is retried after it", async () => {
    const rig = createRig();
    rig.answer = () => new Response("down", { status: 503 });
    await fill(rig);
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ delivered: 0, waiting: 6 });
    vi.setSystemTime(COMPACTED);
    await settle(rig.sourceId);
    rig.answer = () => new Response("ok");
    await live(rig, HOUR / 2);
    expect(await rig.summary()).toMatchObject({ delivered: 6, waiting: 0 });
  });

  it("is dropped by that name once retention has ended the event, also when it is sent again", async () => {
    const rig = createRig();
    rig.answer = () => new Response("bad", { status: 400 });
    const [key] = await fill(rig);
    await rig.drain();
    expect(await rig.summary()).toMatchObject({ abandoned: 6 });
    await endRetention(rig.sourceId);
    rig.answer = () => new Response("ok");
    await rig.ledger.resend({ id: "again" });
    await live(rig, 120_000);
    expect(await rig.ledger.resends()).toMatchObject([{ lines: 6, dropped: 6, delivered: 0, abandoned: 0 }]);
    const fates = await rig.ledger.lineTrace(key!, 0);
    expect(
      fates.find(({ replayId, subscriptionId }) => replayId !== undefined && subscriptionId !== undefined),
    ).toMatchObject({
      status: "dropped",
      reason: "event_gone",
    });
  });
});

describe("look-up and trace", () => {
  it("show the event from the compacted file, and say so when retention has ended it", async () => {
    const { id: sourceId } = await newSource({ name: "Traced", settings: { dedupWindowHours: 720 } });
    await append(sourceId, ["m1", "m2"]);
    await drain(sourceId);
    await append(sourceId, ["m3"]);
    await drain(sourceId);
    const index = indexOf(sourceId);
    await vi.waitFor(async () => expect((await index.hour(NOON)).segments).toHaveLength(2), { timeout: 15_000 });
    const before = await trace("m2", sourceId);
    vi.setSystemTime(COMPACTED);
    await settle(sourceId);
    expect(await env.ARCHIVE.head(segmentOf(before))).toBeNull();
    const after = await trace("m2", sourceId);
    expect(after.data["trace"]?.["event"]).toEqual(before.data["trace"]?.["event"]);
    expect(after.data["trace"]?.["event"]).toMatchObject({ messageId: "m2" });
    const lookUp = async () => (await api("GET", `/sources/${sourceId}/lookup/m3`)).data["lookup"];
    expect(await lookUp()).toMatchObject({ stored: true, event: { messageId: "m3" } });
    await endRetention(sourceId);
    const sentence = "Retention has ended its time in the archive, so it was deleted there.";
    expect((await trace("m2", sourceId)).data["trace"]).toMatchObject({ status: "accepted", eventMissing: sentence });
    expect(await lookUp()).toMatchObject({ stored: true, eventMissing: sentence });
  });
});
