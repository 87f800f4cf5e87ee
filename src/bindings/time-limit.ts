import { limitTime, type StartTimer } from "../core/time-limit.ts";

/** By the platform's timers. */
export const startTimer: StartTimer = (work, ms) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

/** As limitTime, by the platform's timers. */
export const withinTime = <Work>(ms: number, work: Work): Promise<Awaited<Work>> => limitTime(ms, work, startTimer);
