import { describe, expect, test } from "vitest";
import { SharedCalls } from "../../src/bindings/shared-calls.ts";
import { err, ok, type Result } from "../../src/core/result.ts";

type Outcome = Result<string, unknown>;

interface Call {
  readonly key: string;
  readonly items: readonly string[];
  readonly ms: number;
  answer(outcomes?: readonly Outcome[]): Promise<void>;
  fail(error: Error): Promise<void>;
}

const LIMIT_MS = 8000;
const told = (item: string): Outcome => ok(`${item}!`);
/** Whatever follows from what has just been resolved. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Calls that the test answers, and timers that it lets pass. An item's size is its length. */
function desk() {
  const calls: Call[] = [];
  const outlived: Promise<void>[] = [];
  let timers: { readonly at: number; readonly work: () => void }[] = [];
  let now = 1000;
  const shared = new SharedCalls<string, string>(LIMIT_MS, {
    call(key, items, ms) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly Outcome[]>();
      calls.push({
        key,
        items,
        ms,
        answer: (outcomes = items.map(told)) => (resolve(outcomes), settle()),
        fail: (error) => (reject(error), settle()),
      });
      return promise;
    },
    sizeOf: (item) => item.length,
    now: () => now,
    start(work, ms) {
      const timer = { at: now + ms, work };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
    outlive: (work) => void outlived.push(work),
  });
  const join = (item: string, key = "a:0"): Promise<Outcome> => shared.join(key, item);
  return {
    calls,
    outlived,
    join,
    timers: () => timers.length,
    /** The timers set so far never go off: their requests are gone. */
    endRequests: () => void (timers = []),
    async pass(ms: number) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { work } of due) work();
      await settle();
    },
    /** Four calls under way: who comes now waits. */
    fill: (key = "a:0") => ["1", "2", "3", "4"].map((item) => join(item, key)),
  };
}

const itemsOf = (calls: readonly Call[]) => calls.map(({ items }) => items.join(" "));

describe("requests that ask one object", () => {
  test("ask at once and alone, without a timer, while few are under way", async () => {
    const { calls, fill, timers } = desk();
    const asked = fill();
    expect(itemsOf(calls)).toEqual(["1", "2", "3", "4"]);
    expect(calls[0]!.ms).toBe(LIMIT_MS);
    expect(timers()).toBe(0);
    for (const call of calls) await call.answer();
    expect(await Promise.all(asked)).toEqual(["1", "2", "3", "4"].map(told));
  });

  test("share the next call while four are under way, and each hears its own answer", async () => {
    const { calls, fill, join, timers } = desk();
    fill();
    const waiting = ["x", "y", "z"].map((item) => join(item));
    expect(calls).toHaveLength(4);
    await calls[2]!.answer();
    expect(itemsOf(calls.slice(4))).toEqual(["x y z"]);
    await calls[4]!.answer([told("x"), err("stale"), told("z")]);
    expect(await Promise.all(waiting)).toEqual([told("x"), err("stale"), told("z")]);
    expect(timers()).toBe(0);
  });

  test("never share with requests that ask another object", async () => {
    const { calls, fill, join } = desk();
    fill();
    void join("x");
    const other = join("y", "b:0");
    expect(calls[4]).toMatchObject({ key: "b:0", items: ["y"] });
    await calls[4]!.answer();
    expect(await other).toEqual(told("y"));
    expect(calls).toHaveLength(5);
  });

  test("do not end with their clients, neither while they ask nor while they wait for their turn", () => {
    const { fill, join, outlived } = desk();
    fill();
    expect(outlived).toHaveLength(4);
    void join("x");
    expect(outlived).toHaveLength(5);
  });

  test("leave an object that is slow to those who ask it already, but for one call every 50 ms", async () => {
    const { calls, fill, join, pass } = desk();
    fill();
    void join("x");
    await pass(50);
    const last = join("y");
    await calls[0]!.answer();
    expect(itemsOf(calls.slice(4))).toEqual(["x"]);
    await calls[1]!.answer();
    expect(itemsOf(calls.slice(4))).toEqual(["x", "y"]);
    await calls[5]!.answer();
    expect(await last).toEqual(told("y"));
  });

  test("hear that their call failed, each of them; the next goes well", async () => {
    const { calls, fill, join } = desk();
    fill();
    const waiting = ["x", "y"].map((item) => join(item));
    await calls[0]!.answer();
    const later = join("z");
    const broken = new Error("the object was reset");
    await calls[4]!.fail(broken);
    expect(await Promise.all(waiting)).toEqual([err(broken), err(broken)]);
    await calls[5]!.answer();
    expect(await later).toEqual(told("z"));
  });

  test("hear of it when an answer has too few parts", async () => {
    const { calls, join } = desk();
    const asked = join("x");
    await calls[0]!.answer([]);
    expect(await asked).toMatchObject({ ok: false });
  });

  test("put no more into a call than it may carry, and what is too large for others goes alone", async () => {
    const { calls, fill, join } = desk();
    fill();
    const large = "l".repeat(600_000);
    for (const item of [large, "x", `${large}2`, ...Array.from({ length: 40 }, (_, i) => `n${i}`)]) void join(item);
    await calls[0]!.answer();
    const first = calls[4]!.items;
    expect(first).toHaveLength(32);
    expect(first.slice(0, 3)).toEqual([large, "x", "n0"]);
    await calls[1]!.answer();
    expect(calls[5]!.items[0]).toBe(`${large}2`);
    expect(calls[5]!.items).toHaveLength(11);
    await calls[2]!.answer();
    expect(calls).toHaveLength(6);
  });

  test("wait 50 ms for a call to end, then ask though it has not", async () => {
    const { calls, fill, join, pass } = desk();
    fill();
    const waiting = ["x", "y"].map((item) => join(item));
    await pass(49);
    expect(calls).toHaveLength(4);
    await pass(1);
    expect(itemsOf(calls.slice(4))).toEqual(["x y"]);
    await calls[4]!.answer();
    expect(await Promise.all(waiting)).toEqual([told("x"), told("y")]);
  });
});

describe("a request that dies", () => {
  test("while it waits for its turn holds the others up no longer than 50 ms", async () => {
    const { calls, fill, join, endRequests, pass } = desk();
    fill();
    void join("dead");
    endRequests();
    const waiting = ["x", "y"].map((item) => join(item));
    await pass(50);
    expect(itemsOf(calls.slice(4))).toEqual(["x dead y"]);
    await calls[4]!.answer();
    expect(await Promise.all(waiting)).toEqual([told("x"), told("y")]);
  });

  test("with its call makes each other one ask for itself alone after 3 s, in what time is left", async () => {
    const { calls, fill, join, pass } = desk();
    fill();
    const waiting = ["dead", "x", "y"].map((item) => join(item));
    await pass(50);
    await pass(2999);
    expect(calls).toHaveLength(5);
    await pass(1);
    expect(itemsOf(calls.slice(5))).toEqual(["x", "y"]);
    expect(calls[5]!.ms).toBe(LIMIT_MS - 3000);
    await calls[5]!.fail(new Error("poison"));
    await calls[6]!.answer();
    expect(await Promise.all(waiting.slice(1))).toEqual([err(new Error("poison")), told("y")]);
  });

  test("is not taken for dead when it answers late: its answer counts, not that to the repetition", async () => {
    const { calls, fill, join, pass } = desk();
    fill();
    const waiting = ["slow", "x"].map((item) => join(item));
    await pass(50);
    await pass(3000);
    expect(itemsOf(calls.slice(4))).toEqual(["slow x", "x"]);
    await calls[4]!.answer();
    await calls[5]!.answer([ok("known")]);
    expect(await Promise.all(waiting)).toEqual([told("slow"), told("x")]);
  });

  test("and fails in the end takes nothing from who has asked again", async () => {
    const { calls, fill, join, pass } = desk();
    fill();
    const waiting = ["slow", "x"].map((item) => join(item));
    await pass(50);
    await pass(3000);
    const broken = new Error("the object was reset");
    await calls[4]!.fail(broken);
    await calls[5]!.answer();
    expect(await Promise.all(waiting)).toEqual([err(broken), told("x")]);
  });

  test("gives its place free once its call should have ended", async () => {
    const { calls, fill, join, pass } = desk();
    fill();
    await pass(LIMIT_MS + 1);
    void join("x");
    expect(itemsOf(calls.slice(4))).toEqual(["x"]);
  });
});
