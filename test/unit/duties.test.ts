import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Duties } from "../../durable/archive-index/duties.ts";

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => void vi.restoreAllMocks());

it("a duty that fails is tried again after longer and longer, however often others are due, and holds up none", async () => {
  const tried: number[] = [];
  let others = 0;
  let works = false;
  const duties = new Duties([
    {
      name: "failing",
      async run(now) {
        tried.push(now);
        if (!works) throw new Error("R2 is out of reach");
        return undefined;
      },
    },
    { name: "busy", run: async (now) => (others++, now + 1000) },
  ]);
  for (let now = 0; now < 60_000; now += 1000) expect(await duties.run(now)).toBe(now + 1000);
  expect(tried).toEqual([0, 5000, 15_000, 35_000]);
  expect(others).toBe(60);
  works = true;
  await duties.run(75_000);
  await duties.run(76_000);
  expect(tried.slice(4)).toEqual([75_000, 76_000]);
});

it("whoever only waits for a failed duty is told when that is tried again", async () => {
  const duties = new Duties([{ name: "failing", run: () => Promise.reject(new Error("no")) }]);
  expect(await duties.run(0)).toBe(5000);
  expect(await duties.run(1000)).toBe(5000);
});
