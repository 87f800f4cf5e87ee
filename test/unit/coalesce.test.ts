import { describe, expect, test } from "vitest";
import { Coalescer, mergeObservations } from "../../src/bindings/coalesce.ts";
import type { Observation, Sample } from "../../src/core/sample.ts";

const sample = (messageId: string): Sample => ({ receivedAt: 0, status: "refused", messageId, raw: "{}" });
const refusal = (messageId: string, at = 0): Observation => ({
  sourceId: "src_1",
  at,
  counts: { "refused:bad_request": 1 },
  samples: [sample(messageId)],
});

/** A coalescer whose time moves by hand; `cutOff` makes sleepers never wake, as requests that were ended. */
function room() {
  const sent: { key: string; value: Observation }[] = [];
  const sleepers: { at: number; wake: () => void }[] = [];
  const state = { now: 1000, failing: false };
  const coalescer = new Coalescer<Observation>({
    merge: mergeObservations,
    now: () => state.now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: state.now + ms, wake })),
    async send(key, value) {
      if (state.failing) throw new Error("out of reach");
      sent.push({ key, value });
    },
  });
  return {
    sent,
    state,
    tell: (id: string, key = "src_1") => coalescer.tell(key, refusal(id, state.now)),
    async pass(ms: number) {
      state.now += ms;
      for (const { at, wake } of sleepers.splice(0)) {
        if (at <= state.now) wake();
        else sleepers.push({ at, wake });
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
    cutOff: () => void sleepers.splice(0),
    ids: () => sent.map(({ value }) => value.samples.map((one) => one.messageId)),
  };
}

describe("what requests of one isolate tell", () => {
  test("goes out at once after a quiet while, and together at most every quarter of a second", async () => {
    const { tell, pass, ids } = room();
    await tell("a");
    expect(ids()).toEqual([["a"]]);
    const rest = ["b", "c", "d"].map((id) => tell(id));
    await pass(249);
    expect(ids()).toEqual([["a"]]);
    await pass(1);
    await Promise.all(rest);
    expect(ids()).toEqual([["a"], ["b", "c", "d"]]);
    await pass(250);
    await tell("e");
    expect(ids()).toEqual([["a"], ["b", "c", "d"], ["e"]]);
  });

  test("keeps exact counts of a flood and its newest samples", async () => {
    const { tell, pass, sent } = room();
    const flood = Array.from({ length: 1000 }, (_, i) => tell(String(i)));
    await pass(250);
    await Promise.all(flood);
    expect(sent).toHaveLength(2);
    const counts = sent.map(({ value }) => value.counts["refused:bad_request"] ?? 0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(sent[1]!.value.samples).toHaveLength(100);
    expect(sent[1]!.value.samples.at(-1)!.messageId).toBe("999");
  });

  test("is kept apart by key", async () => {
    const { tell, sent } = room();
    await Promise.all([tell("a", "src_1"), tell("b", "src_2")]);
    expect(sent.map(({ key }) => key)).toEqual(["src_1", "src_2"]);
  });

  test("is not lost with the request that promised to send it", async () => {
    const { tell, pass, cutOff, ids } = room();
    await tell("a");
    void tell("b");
    cutOff();
    await pass(2250);
    await tell("c");
    expect(ids()).toEqual([["a"], ["b", "c"]]);
  });

  test("fails for who sends it, and the next goes out again", async () => {
    const { tell, pass, state, ids } = room();
    state.failing = true;
    await expect(tell("a")).rejects.toThrow("out of reach");
    state.failing = false;
    await pass(250);
    await tell("b");
    expect(ids()).toEqual([["b"]]);
  });

  test("goes on when the clock steps back", async () => {
    const { tell, pass, state, ids } = room();
    await tell("a");
    state.now -= 3_600_000;
    const told = tell("b");
    await pass(250);
    await told;
    expect(ids()).toEqual([["a"], ["b"]]);
  });
});
