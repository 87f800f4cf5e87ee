import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTurns, heartbeat } from "../../src/bindings/turns.ts";

const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that ends when the test says so. */
function job() {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = vi.fn<() => Promise<void>>(() => ended);
  return { work, end };
}

describe("turns within an isolate", () => {
  it("are taken one after the other, also when one fails", async () => {
    const inTurn = createTurns(() => Date.now());
    const failing = inTurn(() => Promise.reject(new Error("no"))).catch((error: unknown) => String(error));
    expect(await failing).toBe("Error: no");
    const [first, second] = [job(), job()];
    void inTurn(first.work);
    void inTurn(second.work);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(second.work).not.toHaveBeenCalled();
    first.end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(second.work).toHaveBeenCalledTimes(1);
  });

  it("are given up by whoever has waited for two minutes", async () => {
    const inTurn = createTurns(() => Date.now());
    const second = job();
    void inTurn(job().work);
    const waiting = inTurn(second.work);
    await vi.advanceTimersByTimeAsync(3 * MINUTE);
    await waiting;
    expect(second.work).not.toHaveBeenCalled();
  });

  it("end after a quarter of an hour, and one that ends later ends nobody else's", async () => {
    const inTurn = createTurns(() => Date.now());
    const [cut, next, third] = [job(), job(), job()];
    void inTurn(cut.work);
    await vi.advanceTimersByTimeAsync(15 * MINUTE + 1000);
    void inTurn(next.work);
    await vi.advanceTimersByTimeAsync(1000);
    expect(next.work).toHaveBeenCalledTimes(1);
    cut.end();
    void inTurn(third.work);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(third.work).not.toHaveBeenCalled();
    next.end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(third.work).toHaveBeenCalledTimes(1);
  });
});

describe("a heartbeat", () => {
  it("goes on until it is stopped, also past a beat that fails", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const beat = vi.fn<() => Promise<void>>(() => Promise.reject(new Error("no")));
    const stop = heartbeat(15_000, beat);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(beat).toHaveBeenCalledTimes(4);
    stop();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(beat).toHaveBeenCalledTimes(4);
  });

  it("ends after a quarter of an hour, so that others take over from one that hangs", async () => {
    const beat = vi.fn<() => Promise<void>>(async () => undefined);
    heartbeat(15_000, beat);
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
    expect(beat).toHaveBeenCalledTimes(60);
  });
});
