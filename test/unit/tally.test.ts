import { expect, it, vi } from "vitest";
import { createTally } from "../../src/bindings/tally.ts";

function createClock() {
  const clock = { now: 1_000_000 };
  const sleepers: (() => void)[] = [];
  const send = vi.fn(async (_at: number, _counts: Readonly<Record<string, number>>): Promise<void> => undefined);
  const tally = createTally({
    send,
    now: () => clock.now,
    sleep: (ms) =>
      new Promise((resolve) => {
        sleepers.push(() => {
          clock.now += ms;
          resolve();
        });
      }),
  });
  return { clock, send, sleepers, tally };
}

it("sends the counts of a flood of requests in one call", async () => {
  const { send, sleepers, tally } = createClock();
  const first = tally("refused:unknown_source", 1);
  await Promise.all(Array.from({ length: 999 }, () => tally("refused:unknown_source", 2)));
  await tally("refused:bad_request", 1);
  expect(sleepers).toHaveLength(1);
  sleepers[0]!();
  await first;
  expect(send.mock.calls.map(([, counts]) => counts)).toEqual([
    { "refused:unknown_source": 1999, "refused:bad_request": 1 },
  ]);
});

it("starts anew after each call", async () => {
  const { send, sleepers, tally } = createClock();
  for (const round of [0, 1]) {
    const sent = tally("a", 1);
    sleepers[round]!();
    await sent;
  }
  expect(send.mock.calls.map(([, counts]) => counts)).toEqual([{ a: 1 }, { a: 1 }]);
});

it("sends what a request left behind that was cut off while it waited, also when the clock stepped back", async () => {
  for (const step of [1001, -3_600_000]) {
    const { clock, send, sleepers, tally } = createClock();
    void tally("a", 1);
    clock.now += step;
    const next = tally("a", 1);
    sleepers[1]!();
    await next;
    expect(send).toHaveBeenCalledExactlyOnceWith(expect.any(Number), { a: 2 });
  }
});
