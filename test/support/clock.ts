import { afterEach, beforeEach, vi } from "vitest";

export const START = Date.parse("2026-11-22T12:00:00.000Z");

export interface StoppedClock {
  at(ms: number): void;
}

/** Stops the clock at START; `at` moves it to so many ms after. */
export function stopClock(): StoppedClock {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  return { at: (ms) => void vi.setSystemTime(START + ms) };
}

/** In each of the file's tests the clock is stopped; after it, it goes on and nothing is mocked any more. */
export function stopClockInEach(): StoppedClock {
  beforeEach(() => void stopClock());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  return { at: (ms) => void vi.setSystemTime(START + ms) };
}
