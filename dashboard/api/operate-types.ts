import type { AlertAnswer } from "../../src/api/alerts.ts";
import type { CostAnswer, CostRowAnswer } from "../../src/api/cost.ts";
import type { HealthAnswer, ShownFinding } from "../../src/api/health.ts";

/** As the control plane answers; times are ISO-8601 UTC. */
export type Health = HealthAnswer;
export type Finding = ShownFinding;
export type Cost = CostAnswer;
export type CostRow = CostRowAnswer;
export type CostLine = CostRowAnswer["lines"][number];

export type Alert = AlertAnswer;
export type AlertRule = AlertAnswer["rule"];
export type AlertMessage = AlertAnswer["messages"][number];

/** What is sent to add or change one; an address that is left out stays as it is. */
export interface AlertDraft {
  readonly name: string;
  readonly enabled: boolean;
  readonly rule: AlertRule;
  readonly channel: {
    readonly kind: AlertAnswer["channel"]["kind"];
    readonly url?: string;
    readonly sharedSecret?: string | null;
  };
}
