import * as z from "zod";
import type { DeliverySummary } from "../core/ledger.ts";
import { iso, IsoTime } from "./app.ts";

/** One failed exchange; what could let somebody in is masked by the destination before it is kept. */
const ErrorSample = z.object({ at: IsoTime, sent: z.string(), request: z.string(), response: z.string() });
const ErrorGroup = z.object({
  status: z.enum(["retry", "abandoned", "dropped"]),
  reason: z.string(),
  detail: z.string(),
  count: z.int(),
  lastAt: IsoTime,
  samples: z.array(ErrorSample),
});
const Step = z.object({ at: IsoTime, delivered: z.int(), dropped: z.int(), retried: z.int(), abandoned: z.int() });

/** A destination's deliveries; meanings at core/ledger `DeliverySummary`. */
export const DeliveryMetrics = z.object({
  stepMs: z.int(),
  minutes: z.array(Step),
  delivered: z.int(),
  dropped: z.int(),
  abandoned: z.int(),
  retried: z.int(),
  retrying: z.int(),
  waiting: z.int(),
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  errors: z.array(ErrorGroup),
  nextAttemptAt: IsoTime.optional(),
  pausedUntil: IsoTime.optional(),
  probeAt: IsoTime.optional(),
});

/** A summary with its times as ISO-8601. */
export function showMetrics(summary: DeliverySummary): z.infer<typeof DeliveryMetrics> {
  const { nextAttemptAt, pausedUntil, probeAt, ...rest } = summary;
  return {
    ...rest,
    minutes: rest.minutes.map((step) => ({ ...step, at: iso(step.at) })),
    errors: rest.errors.map(({ lastAt, samples, ...group }) => ({
      ...group,
      lastAt: iso(lastAt),
      samples: samples.map(({ at, sent, request, response }) => ({ at: iso(at), sent, request, response })),
    })),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: iso(nextAttemptAt) }),
    ...(pausedUntil === undefined ? {} : { pausedUntil: iso(pausedUntil) }),
    ...(probeAt === undefined ? {} : { probeAt: iso(probeAt) }),
  };
}
