import * as z from "zod";
import type { SourceSettingsPatch } from "./source.ts";

/** Which Cloudflare plan the account is on: what is free is counted by the day there, and ends instead of costing. */
export const Plan = z.enum(["paid", "free"]);
export type Plan = z.infer<typeof Plan>;

export interface PlanRules {
  /** What a new source starts with, where its maker names nothing else. */
  readonly newSource: SourceSettingsPatch;
  /**
   * Requests to destinations that one queue batch may begin. A paid Worker has 10,000, redirects and its own calls included;
   * that others get their turn is the time limit's to see to (DELIVERY.batchBudgetMs). Who goes on in another batch claims anew.
   */
  readonly requestsPerBatch: number;
  /** Whether hours of the archive are packed into larger files. */
  readonly compacts: boolean;
}

/**
 * On the free plan an invocation has 10 ms of processor time and 50 requests to the outside, a day has 10,000 queue
 * operations and 100,000 rows written (workers/platform/limits, queues and durable-objects pricing, read 2026-11-22).
 * So segments are few, pages send their events together, and what takes longer than 10 ms (Parquet, repacking) is off.
 */
export const PLANS: Readonly<Record<Plan, PlanRules>> = {
  paid: { newSource: {}, requestsPerBatch: 5000, compacts: true },
  free: {
    newSource: {
      drain: { afterMs: 120_000, afterBytes: 4_000_000 },
      batching: { size: 20, timeoutMs: 30_000 },
      exports: { enabled: false },
    },
    // The others are for redirects and for destinations that ask for a token first.
    requestsPerBatch: 40,
    compacts: false,
  },
};
