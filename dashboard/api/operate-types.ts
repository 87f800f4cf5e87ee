import type { CostAnswer, CostRowAnswer } from "../../src/api/cost.ts";
import type { HealthAnswer, ShownFinding } from "../../src/api/health.ts";

/** As the control plane answers; times are ISO-8601 UTC. */
export type Health = HealthAnswer;
export type Finding = ShownFinding;
export type Cost = CostAnswer;
export type CostRow = CostRowAnswer;
export type CostLine = CostRowAnswer["lines"][number];
