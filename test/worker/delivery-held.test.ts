import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { createRig } from "../support/delivery.ts";

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a destination whose secrets were sealed with another key", () => {
  const HELD = "sharedSecret: sealed with another key; enter it again";

  it("keeps its lines waiting, says so, and uses no attempts up until the secrets can be opened", async () => {
    const rig = createRig();
    rig.opened = { ...rig.opened!, unreadable: ["sharedSecret"] };
    const ids = Array.from({ length: 20 }, (_, i) => `e${i}`);
    const pointer = await rig.addSegment(ids);
    await rig.addSegment(["later"]);
    for (let minute = 0; minute < 15; minute++) {
      await rig.drain();
      vi.setSystemTime(Date.now() + DELIVERY.holdMs);
      await rig.alarm();
    }
    expect(rig.received).toEqual([]);
    expect(await rig.deadLetters()).toEqual([]);
    const summary = await rig.summary();
    expect(summary).toMatchObject({ waiting: 21, abandoned: 0 });
    expect(summary.errors).toMatchObject([{ status: "retry", reason: "INVALID_SETTINGS", detail: HELD, count: 15 }]);
    expect(await rig.ledger.lineTrace(pointer.key, 0)).toMatchObject([
      { status: "pending", failures: 0, reason: "INVALID_SETTINGS", detail: HELD },
      { subscriptionId: "sub_1", status: "pending", failures: 0 },
    ]);
    rig.opened = { ...rig.opened!, unreadable: [] };
    await rig.drain();
    expect(rig.times()).toEqual(Object.fromEntries([...ids, "later"].map((id) => [id, 1])));
  });

  it("gives them up after a day, under its own reason and not as if the far end had been down", async () => {
    const rig = createRig();
    rig.opened = { ...rig.opened!, unreadable: ["sharedSecret"] };
    await rig.addSegment(["a"]);
    await rig.drain();
    vi.setSystemTime(Date.now() + DELIVERY.maxWaitMs - DELIVERY.holdMs / 2);
    await rig.alarm();
    await rig.drain();
    expect(await rig.deadLetters()).toEqual([]);
    vi.setSystemTime(Date.now() + DELIVERY.holdMs / 2);
    await rig.alarm();
    await rig.drain();
    expect(await rig.deadLetters()).toMatchObject([{ reason: "INVALID_SETTINGS", detail: HELD }]);
    expect(await rig.summary()).toMatchObject({ waiting: 0, abandoned: 1 });
  });
});
