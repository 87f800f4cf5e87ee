import type { Cost, CostLine, Finding, Health } from "../api/operate-types.ts";
import { byteSize } from "./byte-size.ts";
import { count, plural } from "./times.ts";

type Severity = Finding["severity"];

/** How each severity is called, and the colour of its word. */
export const SEVERITIES: Readonly<
  Record<Severity, readonly [word: string, variant: "error" | "warning" | "secondary"]>
> = {
  critical: ["Critical", "error"],
  warning: ["Warning", "warning"],
  info: ["Note", "secondary"],
};

const lookedAt = ({ looked: { sources, shards, destinations } }: Health): string =>
  `${plural(sources, "source")} (${plural(shards, "shard")}) and ${plural(destinations, "destination")}`;

/** The whole workspace as a word, and its colour. */
export const HEALTH_WORDS: Readonly<
  Record<Health["status"], readonly [word: string, variant: "error" | "warning" | "success"]>
> = {
  critical: ["Critical", "error"],
  warning: ["Warning", "warning"],
  well: ["Well", "success"],
};

/** When the event came that waits longest for a destination. */
export const oldestUndelivered = ({ destinations }: Health): string | undefined =>
  destinations.flatMap(({ oldestUndeliveredAt = [] }) => oldestUndeliveredAt).toSorted()[0];

/** "All is well, 2 notes", "1 thing needs you now". */
export function healthWords(health: Health): string {
  const of = (severity: Severity): number => health.findings.filter((one) => one.severity === severity).length;
  const [critical, warnings, notes] = [of("critical"), of("warning"), of("info")];
  const parts = [
    ...(critical > 0 ? [`${plural(critical, "thing")} ${critical === 1 ? "needs" : "need"} you now`] : []),
    ...(warnings > 0 ? [`${plural(warnings, "thing")} to look at today`] : []),
  ];
  const also = notes > 0 ? `, ${plural(notes, "note")}` : "";
  return `${parts.length === 0 ? "All is well" : parts.join(", ")}${also}`;
}

/** The answer to: does anything hold events up? */
export const healthAnswer = (health: Health): string => `${healthWords(health)}. Looked at ${lookedAt(health)}`;

/** "$0", "less than $0.01", "$12.30", "$1,234.00". */
export function dollars(amount: number): string {
  if (amount <= 0) return "$0";
  if (amount < 0.01) return "less than $0.01";
  return `$${grouped.format(amount)}`;
}
const grouped = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A line of a bill in more digits, for what is small. */
export function preciseDollars(amount: number): string {
  if (amount >= 1) return dollars(amount);
  if (amount <= 0) return "$0";
  return amount < 0.000001 ? "< $0.000001" : `$${amount.toFixed(amount < 0.001 ? 6 : 4)}`;
}

const LINE_WORDS: Readonly<Record<CostLine["what"], string>> = {
  requests: "Worker requests",
  objects: "Durable Object requests",
  duration: "Durable Object time",
  rows: "Rows written",
  queues: "Queue operations",
  r2: "R2 operations",
  processor: "Processor time (assumed)",
  storage: "R2 storage",
};
export const lineWords = ({ what }: CostLine): string => LINE_WORDS[what];

/** The amount of a line with its unit. */
export function lineAmount({ what, amount }: CostLine): string {
  if (what === "storage") return byteSize(amount);
  if (what === "duration") return `${rounded(amount)} GB-s`;
  return what === "processor" ? `${rounded(amount / 1000)} s` : rounded(amount);
}

const rounded = (amount: number): string => (amount < 1 ? "< 1" : count(Math.round(amount)));

/** The answer to: what does this cost? */
export const costAnswer = ({ soFar, projected, monthStart, pricesAsOf }: Cost): string =>
  `${upperFirst(dollars(soFar))} so far in ${monthName(monthStart)}, ${projected === null ? "too early to project: that takes a full day" : `about ${dollars(projected)} by its end at the pace of the last days`}. An estimate from counted operations, at list prices of ${pricesAsOf}; nothing that Cloudflare includes for free is deducted.`;

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
export const monthName = (at: string): string => month.format(Date.parse(at));

/**
 * A text that a person typed as a budget: dollars, null for none, undefined when it is neither. Two digits
 * at most behind a comma are cents, three are thousands.
 */
export function readBudget(text: string): number | null | undefined {
  const plain = text
    .trim()
    .replace(/^\$\s*/, "")
    .replace(/^(\d+),(\d{1,2})$/, "$1.$2")
    .replaceAll(/,(?=\d{3}(\D|$))/g, "");
  if (plain === "") return null;
  const amount = Number(plain);
  return Number.isFinite(amount) && amount >= 0.01 && amount <= 1_000_000 ? amount : undefined;
}
