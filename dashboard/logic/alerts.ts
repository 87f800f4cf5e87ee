import type { Alert, AlertDraft, AlertMessage, AlertRule } from "../api/operate-types.ts";
import { count, plural } from "./times.ts";

type RuleType = AlertRule["type"];

export const RULE_TYPES: readonly (readonly [RuleType, string])[] = [
  ["health", "Something is found by Health"],
  ["source_volume", "A source sends more or less"],
  ["delivery_rate", "A destination takes too little"],
];
export const CHANNELS: readonly (readonly [Alert["channel"]["kind"], string])[] = [
  ["slack", "Slack"],
  ["webhook", "Webhook"],
];

interface Names {
  readonly sourceName: (id: string) => string;
  readonly destinationName: (id: string) => string;
}

/** A rule as a sentence. */
export function ruleWords(rule: AlertRule, { sourceName, destinationName }: Names): string {
  switch (rule.type) {
    case "health":
      return rule.severity === "critical"
        ? "Health finds something critical"
        : rule.severity === "warning"
          ? "Health finds something critical, or a warning"
          : "Health finds anything";
    case "source_volume":
      return `${sourceName(rule.sourceId)} sends ${count(rule.deviationPercent)}\u00a0% more or less than the day before (from ${plural(rule.minimumEvents, "event")} on)`;
    case "delivery_rate":
      return `${destinationName(rule.destinationId)} takes less than ${rule.belowPercent}\u00a0% of a day’s deliveries (from ${count(rule.minimumDeliveries)} on)`;
  }
}

/** The page that shows what a rule looks at. */
export function rulePage(rule: AlertRule): string {
  switch (rule.type) {
    case "health":
      return "/health";
    case "source_volume":
      return `/sources/${rule.sourceId}/debugger`;
    case "delivery_rate":
      return `/destinations/${rule.destinationId}/delivery`;
  }
}

/** The answer to: is anything ringing? */
export const alertsAnswer = (alerts: readonly Alert[]): string =>
  `${alertsWords(alerts)}.${alerts.length === 0 ? "" : ` ${alerts.length === 1 ? "It is" : "They are"} looked at every five minutes.`}`;

/** "1 of 2 alerts is firing, 1 is off". */
export function alertsWords(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return "Nobody is told of anything yet";
  const firing = alerts.filter(({ state }) => state?.status === "firing").length;
  const failing = alerts.filter(({ messages }) => messages[0]?.status === "failed").length;
  const off = alerts.filter(({ enabled }) => !enabled).length;
  return [
    firingWords(firing, alerts.length),
    ...(failing > 0 ? [`${plural(failing, "channel")} could not be reached`] : []),
    ...(off > 0 ? [`${count(off)} ${off === 1 ? "is" : "are"} off`] : []),
  ].join(", ");
}

/** It fires still, and the last look found it well: it is over once it stays so for ten minutes. */
const isEnding = ({ goodSince, unknown }: NonNullable<Alert["state"]>): boolean => goodSince !== undefined && !unknown;

/** What an ending alert waits for; nothing of any other. */
export const endingWords = ({ state, channel }: Pick<Alert, "state" | "channel">): string | undefined =>
  state === undefined || !isEnding(state)
    ? undefined
    : `Once that is ten minutes the alert is over, and ${channel.kind === "slack" ? "Slack" : "the webhook"} is told.`;

function firingWords(firing: number, all: number): string {
  if (all === 1) return `The alert is ${firing === 1 ? "firing" : "not firing"}`;
  if (firing === 0) return `None of ${count(all)} alerts is firing`;
  if (firing === all) return `All ${count(all)} alerts are firing`;
  return `${count(firing)} of ${count(all)} alerts ${firing === 1 ? "is" : "are"} firing`;
}

/** How an alert stands, as a word with its colour. */
export function standing({ enabled, state }: Alert): readonly [string, "error" | "warning" | "success" | "secondary"] {
  if (!enabled) return ["Off", "secondary"];
  if (state === undefined) return ["Not looked at yet", "secondary"];
  if (state.status === "firing") return ["Firing", isEnding(state) ? "warning" : "error"];
  return state.unknown ? ["No verdict", "secondary"] : ["Ok", "success"];
}

const KINDS: Readonly<Record<AlertMessage["kind"], string>> = {
  firing: "Began",
  new_finding: "Also",
  reminder: "Still",
  resolved: "Resolved",
  test: "Test",
};
export const messageKind = ({ kind }: AlertMessage): string => KINDS[kind];

/** What became of a message. */
export function messageFate({ status, attempts }: AlertMessage): string {
  const last = attempts.at(-1)?.words ?? "Not tried yet.";
  if (status === "sent") return attempts.length === 1 ? `Sent. ${last}` : `Sent at attempt ${attempts.length}. ${last}`;
  return status === "waiting"
    ? `Is tried again. ${last}`
    : `Given up after ${plural(attempts.length, "attempt")}. ${last}`;
}

/** A form's fields: all are texts, whatever the rule needs of them. */
export interface AlertForm {
  readonly name: string;
  readonly enabled: boolean;
  readonly type: RuleType;
  readonly sourceId: string;
  readonly destinationId: string;
  readonly percent: string;
  readonly minimum: string;
  readonly severity: Extract<AlertRule, { type: "health" }>["severity"];
  readonly channel: Alert["channel"]["kind"];
  readonly url: string;
  readonly sharedSecret: string;
}

const NEW: AlertForm = {
  name: "",
  enabled: true,
  type: "health",
  sourceId: "",
  destinationId: "",
  percent: "50",
  minimum: "100",
  severity: "warning",
  channel: "slack",
  url: "",
  sharedSecret: "",
};

/** What the form begins with. */
export function formOf(alert: Alert | undefined): AlertForm {
  if (alert === undefined) return NEW;
  const { name, enabled, rule, channel } = alert;
  const base = { ...NEW, name, enabled, type: rule.type, channel: channel.kind };
  switch (rule.type) {
    case "health":
      return { ...base, severity: rule.severity };
    case "source_volume":
      return {
        ...base,
        sourceId: rule.sourceId,
        percent: String(rule.deviationPercent),
        minimum: String(rule.minimumEvents),
      };
    case "delivery_rate":
      return {
        ...base,
        destinationId: rule.destinationId,
        percent: String(rule.belowPercent),
        minimum: String(rule.minimumDeliveries),
      };
  }
}

function ruleOf({ type, sourceId, destinationId, percent, minimum, severity }: AlertForm): AlertRule {
  const [share, least] = [Number(percent), Number(minimum)];
  switch (type) {
    case "health":
      return { type, severity };
    case "source_volume":
      return { type, sourceId, deviationPercent: share, minimumEvents: least };
    case "delivery_rate":
      return { type, destinationId, belowPercent: share, minimumDeliveries: least };
  }
}

/** What the form sends; an address that nobody typed stays as it is. */
export function draftOf(form: AlertForm): AlertDraft {
  const { name, enabled, channel, url, sharedSecret } = form;
  return {
    name: name.trim(),
    enabled,
    rule: ruleOf(form),
    channel: {
      kind: channel,
      ...(url.trim() === "" ? {} : { url: url.trim() }),
      ...(channel === "webhook" && sharedSecret !== "" ? { sharedSecret } : {}),
    },
  };
}
