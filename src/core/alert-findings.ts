import { ALERTS, type AlertState, type FindingId, type Found, type HealthVerdict, type ToldFinding } from "./alert.ts";
import { DAY_MS } from "./durations.ts";
import { rankOf, type Severity } from "./health.ts";
import { counted } from "./spans.ts";

type Remembered = Required<Pick<AlertState, "told" | "newFindings">>;

const NOUNS: Readonly<Record<Severity, string>> = {
  critical: "critical findings",
  warning: "warnings",
  info: "notes",
};

const sameAs =
  (one: FindingId) =>
  ({ code, subject }: FindingId): boolean =>
    code === one.code && subject === one.subject;

/** Those of `found` that nobody was told of, or not as that bad. */
const untold = (found: readonly Found[], told: readonly ToldFinding[]): Found[] =>
  found.filter((one) => {
    const before = told.find(sameAs(one));
    return before === undefined || rankOf(one.severity) < rankOf(before.severity);
  });

/** The worst that fit. Of those as bad as each other the old stay: else who does not fit would be new at every look. */
function remember(told: readonly ToldFinding[], said: readonly Found[]): ToldFinding[] {
  const old = told.filter((one) => !said.some(sameAs(one)));
  const added = said.map(({ code, subject, severity }) => ({ code, subject, severity }));
  return [...old, ...added].toSorted((a, b) => rankOf(a.severity) - rankOf(b.severity)).slice(0, ALERTS.found);
}

/** What is gone or milder for as long as it takes an alert to be over is forgotten, or counts as milder from then on. */
export function afterCalm(
  told: readonly ToldFinding[],
  { found, silent }: Pick<HealthVerdict, "found" | "silent">,
  now: number,
): ToldFinding[] {
  return told.flatMap((one) => {
    const { calmSince = now, ...rest } = one;
    const here = found.find(sameAs(one));
    if (here !== undefined && rankOf(here.severity) <= rankOf(one.severity)) return [rest];
    if (silent.includes(one.subject)) return [one];
    if (now - calmSince < ALERTS.settledMs) return [{ ...rest, calmSince }];
    return here === undefined ? [] : [{ ...rest, severity: here.severity }];
  });
}

/** Everything is told now. */
export const allTold = ({ found }: HealthVerdict): ToldFinding[] => remember([], found);

/** The worst of what is new, how much else is new, how much there is, and whether it was the day's last message. */
function newsOf([first, ...others]: readonly [Found, ...Found[]], inAll: string, isLast: boolean): string {
  const more = others.length === 0 ? [] : [`And ${counted(others.length, "other new or worse finding")}.`];
  const bound = `it was the ${ALERTS.newFindings}th within 24 hours`;
  const last = isLast ? [`The last message of new ${NOUNS[first.severity]} for a while: ${bound}.`] : [];
  return [first.sentence, ...more, inAll, ...last].join(" ");
}

/**
 * While a rule fires: what is remembered after a look, and what is to be said of what is new in it, if anything. What
 * the day's bound keeps back is told once there is room for it, if it is still there.
 */
export function afterFindings(
  before: Pick<AlertState, keyof Remembered>,
  health: HealthVerdict,
  now: number,
): Remembered & { readonly sentence?: string } {
  const told = afterCalm(before.told ?? [], health, now);
  const newFindings = (before.newFindings ?? []).filter(({ at }) => now - at < DAY_MS);
  const spent = (severity: Severity): number => newFindings.filter((one) => one.severity === severity).length;
  const news = untold(health.found, told);
  const fitting = remember(told, news);
  const fresh = news.filter((one) => fitting.some(sameAs(one)));
  const from = fresh.findIndex(({ severity }) => spent(severity) < ALERTS.newFindings);
  const [first, ...others] = from < 0 ? [] : fresh.slice(from);
  if (first === undefined) return { told, newFindings };
  const isLast = spent(first.severity) + 1 === ALERTS.newFindings;
  return {
    told: remember(told, [first, ...others]),
    newFindings: [...newFindings, { at: now, severity: first.severity }],
    sentence: newsOf([first, ...others], health.inAll, isLast),
  };
}
