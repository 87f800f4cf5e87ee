import * as z from "zod";
import { Name } from "./catalog.ts";
import { HOUR_MS, MINUTE_MS } from "./durations.ts";
import { Severity } from "./health.ts";

/** The bounds of alerting, each with its reason. */
export const ALERTS = {
  /** Rules of a workspace. */
  rules: 100,
  /** Between two looks; none while there is no enabled rule. */
  everyMs: 5 * MINUTE_MS,
  /** A consumer that looks has this long; then another may. */
  leaseMs: 2 * MINUTE_MS,
  /** Firing turns into resolved only when all was well for so long: a figure at its bound must not ring twice. */
  settledMs: 10 * MINUTE_MS,
  /** Who still fires is told of again. */
  remindMs: 24 * HOUR_MS,
  /** Attempts at one message: after 1, 2, 4 and 8 minutes. */
  attempts: 5,
  /** Messages that are remembered, the newest. */
  kept: 500,
  /** Of one rule, as shown. */
  shown: 20,
} as const;

const Percent = z.int().min(1);

/**
 * - `source_volume`: accepted events of the last 24 hours differ from those of the 24 before by so much (Segment's rule).
 * - `delivery_rate`: of a destination's deliveries that came to an end within 24 hours, fewer than so many were delivered;
 *   what a filter stopped is in neither number.
 * - `health`: the workspace's health has a finding at least that bad.
 * Below the minimum nothing fires, one event a day less is no alarm; nor is anything over that still deviates.
 */
export const AlertRule = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("source_volume"),
    sourceId: z.string().min(1).max(64),
    deviationPercent: Percent.max(10_000),
    minimumEvents: z.int().min(1).max(1e12).default(100),
  }),
  z.strictObject({
    type: z.literal("delivery_rate"),
    destinationId: z.string().min(1).max(64),
    belowPercent: Percent.max(100),
    minimumDeliveries: z.int().min(1).max(1e12).default(100),
  }),
  z.strictObject({ type: z.literal("health"), severity: Severity }),
]);
export type AlertRule = z.infer<typeof AlertRule>;

export const ChannelKind = z.enum(["webhook", "slack"]);
export type ChannelKind = z.infer<typeof ChannelKind>;

/** A stored rule. The channel's address is a secret as a whole (`sealed.url`); its host is shown. */
export const AlertRecord = z.object({
  id: z.string(),
  name: Name,
  enabled: z.boolean(),
  rule: AlertRule,
  channel: z.object({ kind: ChannelKind, host: z.string() }),
  /** `url`, and `sharedSecret` where a webhook is signed. */
  sealed: z.record(z.string(), z.string()),
  /** Where the console is that made it: messages link there. */
  consoleUrl: z.string(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type AlertRecord = z.infer<typeof AlertRecord>;

/** As it may leave the Catalog. */
export type AlertView = Omit<AlertRecord, "sealed"> & { readonly signed: boolean };

export interface AlertInput {
  readonly name: string;
  readonly enabled: boolean;
  readonly rule: AlertRule;
  readonly channel: { readonly kind: ChannelKind; readonly host: string };
  /** null clears one; what is not named stays. */
  readonly secrets: Readonly<Record<string, string | null>>;
  readonly consoleUrl: string;
}

/** With its address opened: for who sends, never for an answer of the control plane. */
export interface OpenAlert {
  readonly id: string;
  readonly name: string;
  readonly rule: AlertRule;
  readonly kind: ChannelKind;
  /** Absent when it was sealed with another key. */
  readonly url?: string;
  readonly sharedSecret?: string;
  readonly consoleUrl: string;
}

/** What a look at one rule gave. `unknown`: too few to judge, or whoever would know is silent or gone; nothing changes then. */
export interface Verdict {
  readonly status: "good" | "bad" | "unknown";
  readonly sentence: string;
  /** Path in the console. */
  readonly link: string;
}

export const MessageKind = z.enum(["firing", "reminder", "resolved", "test"]);
export type MessageKind = z.infer<typeof MessageKind>;

export interface Attempt {
  readonly at: number;
  readonly ok: boolean;
  /** What came back, or why nothing did. */
  readonly words: string;
}

/** One message to one channel. Times are ms since epoch. */
export interface Notification {
  readonly id: string;
  readonly ruleId: string;
  readonly kind: MessageKind;
  readonly at: number;
  readonly sentence: string;
  readonly link: string;
  readonly attempts: readonly Attempt[];
  /** When it is tried next; absent once it was sent or given up. */
  readonly nextAt?: number;
}

/** How one rule stands. */
export interface AlertState {
  readonly status: "ok" | "firing";
  /** Since when it is so. */
  readonly since: number;
  readonly checkedAt: number;
  readonly sentence: string;
  readonly unknown?: true;
  /** When somebody was told last. */
  readonly toldAt?: number;
  /** While firing: since when nothing is wrong any more. */
  readonly goodSince?: number;
}

/** A message on the ALERTS queue: look at the rules, send what waits. */
export interface AlertTask {
  readonly alerts: "look";
}

/** What a consumer is to do: judge the rules when `look` says so, and send what is due. */
export type WatchClaim =
  | { readonly status: "nothing_due" }
  | { readonly status: "granted"; readonly look: boolean; readonly token: number };

export interface JudgedRule {
  readonly ruleId: string;
  readonly verdict: Verdict;
}
