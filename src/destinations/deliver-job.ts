import type { OpenDestination } from "../core/catalog.ts";
import type { DeliveryPointer } from "../core/delivery.ts";
import type { Chance } from "../core/filter.ts";
import type { Claim, ClaimRequest } from "../core/ledger.ts";
import { goesAsReplay } from "../core/letters.ts";
import type { CellFate, Fate } from "../core/settle-lines.ts";
import { createSender, type Sender, type TimeLimit } from "./attempt-lines.ts";
import { askedLines, type AskedLine } from "./cells.ts";
import { decideLine, decideUnread, lanesOf, noDecisions, type Decisions, type Rules } from "./decide.ts";
import { planFor, type Granted, type Plan, type PlanDeps } from "./delivery-plan.ts";
import type { DestinationTools } from "./destination.ts";
import { rulesFor } from "./gate-rules.ts";
import { readPages, type Page } from "./pages.ts";
import { createBook, type BookDeps, type SettlementBook } from "./settlement-book.ts";
import { fires } from "./trigger.ts";
import { unitsOf } from "./units.ts";
import { logError } from "../log/log.ts";

/** What delivering needs. Supplied by bindings/delivery-deps.ts. */
export interface DeliveryDeps extends PlanDeps, BookDeps {
  /** The destination with its secrets opened; null when it was deleted. */
  openDestination(destinationId: string): Promise<OpenDestination | null>;
  claim(destinationId: string, request: ClaimRequest): Promise<Claim>;
  /** The lines of a segment; null when the archive has no such object. */
  readSegment(key: string): Promise<AsyncIterable<string> | null>;
  /** Of a segment that the archive does not have: whether retention has ended its time there. */
  isRemoved(key: string): Promise<boolean>;
  timeLimit(ms: number): TimeLimit;
  readonly chance: Chance;
  readonly tools: DestinationTools;
}

/** How much one consumer run may use. */
export interface RunLimits {
  /** Calls under way at once. */
  readonly concurrency: number;
  /** Takes one call from the run's allowance; false once its time or its calls are used up. */
  mayBegin(): boolean;
}

/** Cells that are held back for the next settlement: with nothing to send they would pile up. */
const MAX_WAITING = 5000;

const MISSING: Fate = {
  status: "abandoned",
  reason: "INTERNAL",
  detail: "the archive has no such line",
  who: "platform",
};

/** A replay, or a re-send, may come to a segment whose time in the archive is over meanwhile: nobody's fault. */
const GONE: Fate = { status: "dropped", reason: "event_gone" };

/** One claim being worked on. */
interface Work {
  readonly asked: ReadonlyMap<number, AskedLine>;
  readonly rules: Rules;
  readonly claim: Granted;
  readonly book: SettlementBook;
  /** What is done with events that a subscription wants; false when it is over for now. */
  readonly deliver: (sends: Decisions["sends"]) => Promise<boolean>;
}

/** Gate and triggers for the lines of a page. A probe needs no more than one event to send. */
function decidePage(page: Page, { asked, rules, claim }: Work): Decisions {
  const into = noDecisions();
  for (const line of page.lines) {
    const one = asked.get(line.line);
    if (one !== undefined) decideLine(one, line, rules, into);
    if (claim.mode === "probe" && into.sends.length > 0) return into;
  }
  const missing = page.missing.flatMap((line) => asked.get(line) ?? []);
  into.fates.push(...decideUnread(missing, MISSING, rules).fates);
  return into;
}

/** Goes through the claimed lines page by page. */
async function workThrough(segment: AsyncIterable<string>, work: Work): Promise<void> {
  const { asked, book, deliver } = work;
  for await (const page of readPages(segment, [...asked.keys()])) {
    const decisions = decidePage(page, work);
    book.decide(decisions);
    if (!(await deliver(decisions.sends))) return;
    if (book.waiting > MAX_WAITING && !(await book.settle())) return;
  }
}

function sendingWith(sender: Sender, plan: Extract<Plan, { do: "send" }>, { attempt, mode }: Granted): Work["deliver"] {
  return async (sends) => {
    const probing = mode === "probe";
    const { singles, batches } = unitsOf(probing ? sends.slice(0, 1) : sends, plan.connection, attempt);
    await sender.sendSingles(singles);
    await sender.sendBatches(batches);
    return sender.mayGoOn() && !(probing && sends.length > 0);
  };
}

const givingUp =
  (book: SettlementBook, fate: Extract<Fate, { status: "abandoned" }>): Work["deliver"] =>
  async (sends) => {
    for (const send of sends) {
      book.note(send, fate);
      if (book.waiting >= MAX_WAITING && !(await book.settle())) return false;
    }
    return true;
  };

/** The ledger counts consumers that die with a job, and waits ever longer with it: an archive that is down is no death. */
async function tellAlive(pointer: DeliveryPointer, { token, mode }: Granted, deps: DeliveryDeps): Promise<void> {
  const { destinationId, key, replayId } = pointer;
  const name = { key, ...(replayId === undefined ? {} : { replayId }) };
  const nothing = { passed: [], unmatched: [], outcomes: [], kinds: [], letters: [] };
  try {
    await deps.settle(destinationId, { ...name, token, mode, part: 1, ...nothing, release: false });
  } catch (error) {
    logError("lease_not_renewed", { destinationId }, error);
  }
}

async function openSegment(
  pointer: DeliveryPointer,
  claim: Granted,
  deps: DeliveryDeps,
): Promise<AsyncIterable<string> | null> {
  try {
    return await deps.readSegment(pointer.key);
  } catch (error) {
    if (claim.mode === "send") await tellAlive(pointer, claim, deps);
    throw error;
  }
}

async function work(
  pointer: DeliveryPointer,
  claim: Granted,
  plan: Extract<Plan, { do: "abandon" | "send" }>,
  deps: DeliveryDeps,
  limits: RunLimits,
): Promise<void> {
  const asked = askedLines(claim.cells, claim.count);
  const rules = rulesFor(pointer, claim, plan.opened, { chance: deps.chance, fires });
  const segment = await openSegment(pointer, claim, deps);
  if (segment === null) {
    const isGone = goesAsReplay(pointer.replayId) || (await deps.isRemoved(pointer.key));
    const fate = isGone ? GONE : MISSING;
    return bookUnread(pointer, claim, decideUnread(asked, fate, rules).fates, deps);
  }
  const book = createBook(pointer, claim, deps);
  const deliver =
    plan.do === "abandon"
      ? givingUp(book, plan.fate)
      : sendingWith(
          createSender({ ...limits, ...plan, book, tools: deps.tools, timeLimit: deps.timeLimit }),
          plan,
          claim,
        );
  const byLine = new Map(asked.map((one) => [one.line, one]));
  await workThrough(segment, { asked: byLine, rules, claim, book, deliver });
  await book.close();
}

/** Books fates of lines that are not looked at, a bounded number at a time. */
async function bookUnread(
  pointer: DeliveryPointer,
  claim: Granted,
  fates: readonly CellFate[],
  deps: DeliveryDeps,
): Promise<void> {
  const book = createBook(pointer, claim, deps);
  for (let start = 0; start < fates.length; start += MAX_WAITING) {
    if (book.waiting > 0 && !(await book.settle())) break;
    book.decide({ ...noDecisions(), fates: fates.slice(start, start + MAX_WAITING) });
  }
  await book.close();
}

const enabledLanes = (opened: OpenDestination | null): string[] =>
  (opened?.subscriptions ?? []).filter(({ enabled }) => enabled).map(({ id }) => id);

/**
 * Delivers what is due of one job: claims its cells, decides which of its lines go to which subscription, sends them
 * and settles as it goes (attempt-lines.ts says how often), so that a crash between a destination's answer and the
 * settlement can double at most DELIVERY.chunkLines single events, or the batches under way.
 */
export async function deliverJob(pointer: DeliveryPointer, deps: DeliveryDeps, limits: RunLimits): Promise<void> {
  const { destinationId, sourceId, key, replayId } = pointer;
  const opened = await deps.openDestination(destinationId);
  const name = { key, ...(replayId === undefined ? {} : { replayId }) };
  const claim = await deps.claim(destinationId, { ...name, lanes: enabledLanes(opened) });
  if (claim.status !== "granted") return;
  const plan = await planFor(opened, { ...name, sourceId, mode: claim.mode }, deps);
  if (plan.do === "hold") {
    // Told of one cell, as by a probe: nothing was sent, so no attempt counts, and the pause holds all others back.
    const fates = claim.cells.slice(0, 1).map((cell) => ({ cell, fate: plan.fate }));
    await bookUnread(pointer, { ...claim, mode: "probe" }, fates, deps);
  } else if (plan.do === "drop") {
    const lanes = lanesOf(claim.lanes, opened?.subscriptions ?? []);
    const asked = askedLines(claim.cells, claim.count);
    const { fates } = decideUnread(asked, { status: "dropped", reason: plan.reason }, { count: claim.count, lanes });
    await bookUnread(pointer, claim, fates, deps);
  } else {
    await work(pointer, claim, plan, deps, limits);
  }
}
