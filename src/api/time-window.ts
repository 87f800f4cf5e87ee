import * as z from "zod";
import { QueryTime } from "./app.ts";
import { invalid } from "./problem.ts";

/** A time range that clients name, open at either end. */
export const TimeWindow = z.object({
  startTime: QueryTime.optional().describe("Inclusive. Without it: from the beginning on."),
  endTime: QueryTime.optional().describe("Exclusive. Without it: to the newest."),
});

/** As ms since epoch, `[from, to)`. A window that is none is refused. */
export function windowOf({ startTime, endTime }: z.infer<typeof TimeWindow>) {
  const from = Math.max(0, startTime === undefined ? 0 : Date.parse(startTime));
  const to = endTime === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(endTime);
  if (from >= to) throw invalid("The window is empty.", "endTime");
  return { from, to };
}
