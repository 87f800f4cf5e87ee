import { vi } from "vitest";

export const START = Date.parse("2026-11-22T12:00:00.000Z");

/** Stops the clock at START; `at` moves it to so many ms after. */
export function stopClock(): { at(ms: number): void } {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  return { at: (ms) => void vi.setSystemTime(START + ms) };
}
