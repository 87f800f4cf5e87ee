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
  /** Findings of one look that a rule on Health tells apart, and that are remembered as told: the worst. The rest is counted. */
  found: 100,
  /** Messages of new findings within 24 hours for each severity: many warnings, which a stranger may cause, leave critical ones theirs. */
  newFindings: 12,
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
  /** Of a rule on Health. */
  readonly health?: HealthVerdict;
}

/** What a rule on Health found that is bad enough for it. */
export interface HealthVerdict {
  /** Each once, the worst first, ALERTS.found at most. */
  readonly found: readonly Found[];
  /** How many there are, as a sentence. */
  readonly inAll: string;
  /** Ids of those that did not answer: what they had is neither there nor gone. */
  readonly silent: readonly string[];
}

/** `code` and the subject's id name it from look to look. A source's events cannot add to either: both are ours. */
export interface FindingId {
  readonly code: string;
  readonly subject: string;
}
export interface Found extends FindingId {
  readonly severity: Severity;
  readonly sentence: string;
}

/** A finding that a channel was told of while its rule fires. */
export interface ToldFinding extends FindingId {
  /** As bad as it was told. */
  readonly severity: Severity;
  /** Since when it is gone, or not that bad. */
  readonly calmSince?: number;
}

/** `new_finding`: the rule fires already, and something else was found, or something got worse. */
export const MessageKind = z.enum(["firing", "new_finding", "reminder", "resolved", "test"]);
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
  /** When its beginning, its lasting or its end was told last. */
  readonly toldAt?: number;
  /** While a rule on Health fires: of what was told, ALERTS.found at most. Absent where an older version told of it. */
  readonly told?: readonly ToldFinding[];
  /** Messages of new findings within the last 24 hours, and how bad the worst was that each told of. */
  readonly newFindings?: readonly { readonly at: number; readonly severity: Severity }[];
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
