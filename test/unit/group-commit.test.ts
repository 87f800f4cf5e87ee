import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GroupCommit } from "../../durable/intake/group-commit.ts";

/** Sizes of the commits made so far. */
let commits: number[];
const group = () =>
  new GroupCommit<number, number>(
    (items) => {
      commits.push(items.length);
      return items.map((item) => item * 2);
    },
    () => 1,
    () => Date.now(),
  );

beforeEach(() => {
  commits = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe("group commit", () => {
  it("commits at once on an idle shard and gives each rider its own answer", async () => {
    const one = group();
    const answers = Promise.all([one.join(1), one.join(2), one.join(3)]);
    await vi.advanceTimersByTimeAsync(0);
    expect(await answers).toEqual([2, 4, 6]);
    expect(commits).toEqual([3]);
  });

  it("waits a little on a busy one, and goes on doing so while somebody joins", async () => {
    const one = group();
    for (let ms = 0; ms < 400; ms += 2) {
      void one.join(ms);
      await vi.advanceTimersByTimeAsync(2);
    }
    await vi.runAllTimersAsync();
    expect(commits.reduce((sum, n) => sum + n, 0)).toBe(200);
    expect(commits.length).toBeLessThan(80);
  });

  it("hardly ever holds up a single caller who waits for each answer", async () => {
    const one = group();
    const start = Date.now();
    for (let n = 0; n < 500; n++) {
      const answer = one.join(n);
      await vi.advanceTimersToNextTimerAsync();
      await answer;
    }
    expect(commits).toHaveLength(500);
    expect(Date.now() - start).toBeLessThan(500 * 0.2);
  });

  it("takes no more into one commit than others may wait for, one large rider alone, and keeps the order", async () => {
    const taken: number[][] = [];
    const one = new GroupCommit<number, number>(
      (items) => {
        taken.push([...items]);
        return [...items];
      },
      (weight) => weight,
      () => Date.now(),
    );
    const answers = Promise.all([1000, 1500, 1, 3000, 2400, 100].map((weight) => one.join(weight)));
    await vi.advanceTimersToNextTimerAsync();
    const late = one.join(7);
    await vi.runAllTimersAsync();
    expect(taken).toEqual([[1000, 1500], [1], [3000], [2400, 100], [7]]);
    expect(await answers).toEqual([1000, 1500, 1, 3000, 2400, 100]);
    expect(await late).toBe(7);
  });

  it("refuses every rider of a commit that throws, and takes the next ones", async () => {
    const commit = vi
      .fn<(items: readonly number[]) => number[]>()
      .mockImplementationOnce(() => {
        throw new Error("disk full");
      })
      .mockImplementation((items) => [...items]);
    const one = new GroupCommit<number, number>(
      commit,
      () => 1,
      () => Date.now(),
    );
    const refused = Promise.allSettled([one.join(1), one.join(2)]);
    await vi.runAllTimersAsync();
    expect((await refused).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const next = one.join(3);
    await vi.runAllTimersAsync();
    expect(await next).toBe(3);
  });
});
