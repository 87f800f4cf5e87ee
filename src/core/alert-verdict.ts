import { ALERTS, type AlertRule, type Found, type HealthVerdict, type Verdict } from "./alert.ts";
import type { HealthReport } from "./health-check.ts";
import { NO_ANSWER, rankOf, type Finding } from "./health.ts";
import { assertNever } from "./result.ts";
import { counted, percent } from "./spans.ts";
import type { DestinationStanding, SourceStanding } from "./standing.ts";

/** What judging asks; whoever does not answer rejects. `undefined`: it is gone. */
export interface VerdictDeps {
  sourceName(id: string): string | undefined;
  destinationName(id: string): string | undefined;
  source(id: string): Promise<SourceStanding>;
  destination(id: string): Promise<DestinationStanding>;
  health(): Promise<HealthReport>;
}

type Of<T extends AlertRule["type"]> = Extract<AlertRule, { type: T }>;

const unknown = (sentence: string, link: string): Verdict => ({ status: "unknown", sentence, link });

type Judged = Omit<Verdict, "link">;

/**
 * The least count only keeps few events from ringing: within the bounds they are good, however few. Beyond them they
 * are no fault, and no end of one: a source that stays silent has not recovered.
 */
const tooFew = (figures: string): Judged => ({
  status: "unknown",
  sentence: `${figures}; too few to judge, so nothing changes.`,
});

function volumeVerdict(
  { deviationPercent, minimumEvents }: Of<"source_volume">,
  name: string,
  { day, dayBefore }: SourceStanding,
): Judged {
  const [now, before] = [day.accepted, dayBefore.accepted];
  const figures = `${name}: ${counted(now, "event")} within 24 hours, ${counted(before, "event")} in the 24 before`;
  const few = Math.max(now, before) < minimumEvents;
  if (before === 0 && few) return tooFew(figures);
  if (before === 0) return { status: "unknown", sentence: `${figures}; nothing to compare with, so nothing changes.` };
  const change = now / before - 1;
  const words = `${figures}, ${Math.round(Math.abs(change) * 100)} % ${change < 0 ? "fewer" : "more"}`;
  if (Math.abs(change) * 100 < deviationPercent) return { status: "good", sentence: `${words}.` };
  return few ? tooFew(words) : { status: "bad", sentence: `${words}.` };
}

function rateVerdict(
  { belowPercent, minimumDeliveries }: Of<"delivery_rate">,
  name: string,
  { day: { delivered, abandoned } }: DestinationStanding,
): Judged {
  const ended = delivered + abandoned;
  const deliveries = counted(ended, "delivery", "deliveries");
  if (ended === 0) return tooFew(`${name}: ${deliveries} within 24 hours`);
  const rate = delivered / ended;
  const words = `${name}: ${percent(rate)} of ${deliveries} within 24 hours arrived`;
  if (rate * 100 >= belowPercent) return { status: "good", sentence: `${words}.` };
  return ended < minimumDeliveries ? tooFew(words) : { status: "bad", sentence: `${words}.` };
}

/** Two shards of a source may have found the same: the worse of them stands for both. */
function foundOf(findings: readonly Finding[]): Found[] {
  const byId = Map.groupBy(findings, ({ code, subject }) => `${code} ${subject.id}`);
  return [...byId.values()].slice(0, ALERTS.found).map((same) => {
    const { code, subject, severity, sentence } = same[0]!;
    return { code, subject: subject.id, severity, sentence: `${subject.name}: ${sentence}` };
  });
}

/** @param found those that count, the worst first. */
function detailsOf(
  wanted: Of<"health">["severity"],
  found: readonly Finding[],
  all: readonly Finding[],
): HealthVerdict {
  const critical = found.filter(({ severity }) => severity === "critical").length;
  const some = wanted === "critical" || critical === 0 ? "" : `, ${critical} of them critical`;
  return {
    found: foundOf(found),
    inAll: `${counted(found.length, "finding")} in all${some}.`,
    silent: all.filter(({ code }) => code === NO_ANSWER).map(({ subject }) => subject.id),
  };
}

function healthVerdict({ severity }: Of<"health">, { findings }: HealthReport): Judged {
  const found = findings.filter((one) => rankOf(one.severity) <= rankOf(severity));
  const [first, ...others] = found;
  if (first === undefined) {
    const silent = findings.filter(({ code }) => code === NO_ANSWER).map(({ subject }) => subject.name);
    const nothing = severity === "info" ? "Nothing is found." : "Nothing is found that bad.";
    if (silent.length === 0) return { status: "good", sentence: nothing };
    // Whoever is silent may be the one that had it.
    const who = silent.length === 1 ? silent[0] : `${silent[0]} and ${silent.length - 1} more`;
    return { status: "unknown", sentence: `Nothing that bad is found, but not everything answered: ${who}.` };
  }
  const more = others.length === 0 ? "" : ` And ${counted(others.length, "other finding")}.`;
  const sentence = `${first.subject.name}: ${first.sentence}${more}`;
  return { status: "bad", sentence, health: detailsOf(severity, found, findings) };
}

/** Looks at one rule. Never rejects: whoever does not answer makes it `unknown`. */
export async function judge(rule: AlertRule, deps: VerdictDeps): Promise<Verdict> {
  const link = linkOf(rule);
  try {
    switch (rule.type) {
      case "source_volume": {
        const name = deps.sourceName(rule.sourceId);
        if (name === undefined) return unknown("The source is gone.", link);
        return { ...volumeVerdict(rule, name, await deps.source(rule.sourceId)), link };
      }
      case "delivery_rate": {
        const name = deps.destinationName(rule.destinationId);
        if (name === undefined) return unknown("The destination is gone.", link);
        return { ...rateVerdict(rule, name, await deps.destination(rule.destinationId)), link };
      }
      case "health":
        return { ...healthVerdict(rule, await deps.health()), link };
      default:
        return assertNever(rule);
    }
  } catch {
    // What nobody knows is neither good nor bad; health itself says who did not answer.
    return unknown("Whoever would know did not answer in time.", link);
  }
}

function linkOf(rule: AlertRule): string {
  switch (rule.type) {
    case "source_volume":
      return `/sources/${rule.sourceId}/debugger`;
    case "delivery_rate":
      return `/destinations/${rule.destinationId}/delivery`;
    case "health":
      return "/health";
    default:
      return assertNever(rule);
  }
}
