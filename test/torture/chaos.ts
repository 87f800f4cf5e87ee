// Which faults are drawn in this process, and how many were. Everything here runs inside the Worker.
import { seededRandom } from "../support/random.ts";
import { PLAN, type Cause, type Plan, type Rates, type Seam, type Tally } from "./seams.ts";

export const plan = Reflect.get(globalThis, PLAN) as Plan;

// What fails on purpose is logged by the product, thousands of times.
if (!plan.log) for (const level of ["error", "warn"] as const) console[level] = () => undefined;

/** Taken before anybody moves the clock. */
const RealDate = Date;
const random = seededRandom(plan.seed);
const faults: Partial<Record<Seam | "overflow_used", number>> = {};
const causes: Cause[] = [];
let rates: Rates = plan.rates;

export const setRates = (given: Rates): void => void (rates = given);
export const tallySoFar = (): Tally => ({ faults, causes });
export const count = (kind: Seam | "overflow_used"): void => void (faults[kind] = (faults[kind] ?? 0) + 1);
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether it goes wrong this time; counted. */
export function strikes(seam: Seam): boolean {
  const rate = rates[seam] ?? 0;
  if (rate === 0 || random.next() >= rate) return false;
  count(seam);
  return true;
}

/** An answer of a destination may stay unbooked from here on. */
export const blame = (ledger: string, what: string): void => void causes.push({ at: RealDate.now(), ledger, what });

export const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** Between 20 and 300 ms. */
export const drawPause = (): number => random.between(20, 300);

/** Fails before or after the work was done, by these two seams. */
export async function between<T>(
  [refused, unanswered]: readonly [Seam, Seam],
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  if (strikes(refused)) throw new Error(`torture: ${what} refused`);
  const answer = await work();
  if (strikes(unanswered)) throw new Error(`torture: the answer of ${what} got lost`);
  return answer;
}
