import { evictDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DELIVERY } from "../../src/core/delivery.ts";
import { createRig } from "../support/delivery.ts";

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `e${String(i).padStart(4, "0")}`);
const onceEach = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 1]));

// Hours pass in steps of a minute, each with its alarm and its queue: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("stopping in the middle", () => {
  it("after an answer and before it is booked doubles at most one chunk, and loses nothing", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const rig = createRig();
    const ids = idsOf(DELIVERY.chunkLines * 2);
    await rig.addSegment(ids);
    const error = vi.spyOn(console, "error").mockReturnValue();
    const { settle } = rig.deps;
    let settled = 0;
    rig.deps = {
      ...rig.deps,
      settle: async (...given) => {
        if (++settled === 2) throw new Error("killed");
        return settle(...given);
      },
    };
    await rig.consume();
    expect(error).toHaveBeenCalledOnce();
    await evictDurableObject(rig.ledger);
    vi.setSystemTime(Date.now() + DELIVERY.leaseMs);
    await rig.alarm();
    await rig.drain();
    const times = Object.values(rig.times());
    expect(times.filter((count) => count === 1)).toHaveLength(DELIVERY.chunkLines);
    expect(times.filter((count) => count === 2)).toHaveLength(DELIVERY.chunkLines);
    expect(await rig.summary()).toMatchObject({ delivered: ids.length, waiting: 0 });
  });

  it("by an eviction of the ledger during a chunk loses and doubles nothing", async () => {
    const rig = createRig();
    const ids = idsOf(DELIVERY.chunkLines + 5);
    let evicted: Promise<void> | undefined;
    rig.answer = async () => {
      evicted ??= evictDurableObject(rig.ledger);
      await evicted;
      return new Response("ok");
    };
    await rig.addSegment(ids);
    await rig.drain();
    expect(rig.times()).toEqual(onceEach(ids));
    expect(await rig.summary()).toMatchObject({ delivered: ids.length, waiting: 0 });
  });

  it("before the claim, because the catalog cannot be had, leaves the job to be asked for again", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const rig = createRig();
    vi.spyOn(console, "error").mockReturnValue();
    const { openDestination } = rig.deps;
    rig.deps = { ...rig.deps, openDestination: () => Promise.reject(new Error("unreachable")) };
    await rig.addSegment(["a"]);
    await rig.consume();
    rig.deps = { ...rig.deps, openDestination };
    vi.setSystemTime(Date.now() + DELIVERY.resendAfterMs);
    await rig.alarm();
    await rig.drain();
    expect(rig.times()).toEqual({ a: 1 });
  });
});
