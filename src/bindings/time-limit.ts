import { limitTime } from "../core/time-limit.ts";

/** As limitTime, by the platform's timers. */
export const withinTime = <Work>(ms: number, work: Work): Promise<Awaited<Work>> =>
  limitTime(ms, work, (late, after) => {
    const timer = setTimeout(late, after);
    return () => clearTimeout(timer);
  });
