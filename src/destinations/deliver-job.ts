import type { OpenDestination } from "../core/catalog.ts";
import { deadLetterKey, type DeadLetter } from "../core/dead-letter.ts";
import { concludeAttempt, DELIVERY, type DeliveryPointer } from "../core/delivery.ts";
import type { Claim, Settlement, SettleResult } from "../core/ledger.ts";
import { allowsIntegration } from "../core/routing.ts";
import { selectLines } from "../core/segment-lines.ts";
import { deadLettersOf, parseLine, settleLines, type DeliveryLine, type Fate } from "../core/settle-lines.ts";
import { attemptLines, type TimeLimit } from "./attempt-lines.ts";
import { planFor, type Granted, type Plan } from "./delivery-plan.ts";
import type { DestinationTools } from "./destination.ts";
import type { Destination } from "./webhook-kind.ts";

/** What delivering needs. Supplied by bindings/delivery-deps.ts. */
export interface DeliveryDeps {
  /** The destination with its secrets opened; null when it was deleted. */
  openDestination(destinationId: string): Promise<OpenDestination | null>;
  findDestination(metadataId: string): Destination | undefined;
  claim(pointer: DeliveryPointer): Promise<Claim>;
  settle(destinationId: string, settlement: Settlement): Promise<SettleResult>;
  /** The lines of a segment; null when the archive has no such object. */
  readSegment(key: string): Promise<AsyncIterable<string> | null>;
  /** Durable once it resolves; the same key again replaces. */
  writeDeadLetters(key: string, letters: readonly DeadLetter[]): Promise<void>;
  timeLimit(ms: number): TimeLimit;
  readonly tools: DestinationTools;
}

/** How much one consumer run may use. */
export interface RunLimits {
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Takes one request from the run's allowance; false once its time or its requests are used up. */
  mayBegin(): boolean;
}

/** One claim being worked on. */
interface Work {
  readonly plan: Extract<Plan, { do: "abandon" | "send" }>;
  readonly claim: Granted;
  readonly deps: DeliveryDeps;
  readonly limits: RunLimits;
  readonly settle: ReturnType<typeof createSettler>;
}

/** The fates of one chunk; lines left untried have none. */
async function decideChunk(
  chunk: readonly DeliveryLine[],
  { plan, claim, deps, limits }: Work,
): Promise<Map<number, Fate>> {
  if (plan.do === "abandon") return new Map(chunk.map(({ line }) => [line, plan.fate]));
  const fates = new Map<number, Fate>();
  const lines: { line: number; event: NonNullable<DeliveryLine["event"]> }[] = [];
  for (const { line, event } of chunk) {
    if (event === undefined) {
      fates.set(line, {
        status: "abandoned",
        reason: "MESSAGE_REJECTED",
        detail: "the line is not JSON",
        who: "platform",
      });
    } else if (allowsIntegration(event["integrations"], plan.integrationName)) {
      lines.push({ line, event });
    } else {
      fates.set(line, { status: "dropped", reason: "FILTERED_BY_INTEGRATIONS_OBJECT" });
    }
  }
  const { perform, batchSize } = plan;
  const outcomes = await attemptLines({
    perform,
    batchSize,
    lines,
    ...limits,
    tools: deps.tools,
    timeLimit: deps.timeLimit,
  });
  for (const [line, outcome] of outcomes) {
    fates.set(line, concludeAttempt(outcome, claim.attempt, claim.mode === "probe"));
  }
  return fates;
}

/**
 * Settles one part of the claim. What is abandoned is with the dead letters before the ledger hears of it; when they
 * cannot be written it stays untried until the lease is over, and what was delivered is booked all the same.
 */
function createSettler(pointer: DeliveryPointer, claim: Granted, deps: DeliveryDeps) {
  const { destinationId, key, replayId } = pointer;
  const name = { key, ...(replayId === undefined ? {} : { replayId }) };
  const { token, mode, attempt } = claim;
  const writeLetters = async (letters: ReturnType<typeof deadLettersOf>): Promise<void> => {
    const [first] = letters;
    if (first === undefined) return;
    const place = { destinationId, ...name, firstLine: first.line, attempt };
    await deps.writeDeadLetters(
      deadLetterKey(place),
      letters.map(({ letter }) => letter),
    );
  };
  return async (lines: readonly DeliveryLine[], fates: ReadonlyMap<number, Fate>, release: boolean) => {
    const now = deps.tools.now();
    const book = (booked: ReadonlyMap<number, Fate>, last: boolean) =>
      deps.settle(destinationId, { ...name, token, mode, lines: settleLines(lines, booked, now), release: last });
    try {
      await writeLetters(deadLettersOf(lines, fates, attempt, now));
    } catch (error) {
      const others = new Map([...fates].filter(([, { status }]) => status !== "abandoned"));
      if (others.size > 0) await book(others, false);
      throw error;
    }
    return book(fates, release);
  };
}

const fateOfAll = (lines: readonly number[], fate: Fate): Map<number, Fate> =>
  new Map(lines.map((line) => [line, fate]));
const MISSING: Fate = {
  status: "abandoned",
  reason: "INTERNAL",
  detail: "the archive has no such line",
  who: "platform",
};

/** Goes through the claimed lines in chunks, settling each before the next is sent. */
async function workThrough(segment: AsyncIterable<string>, work: Work): Promise<void> {
  const { claim, settle } = work;
  let chunk: DeliveryLine[] = [];
  let read = 0;
  for await (const { line, text } of selectLines(segment, claim.lines)) {
    chunk.push(parseLine(line, text));
    read++;
    const last = read === claim.lines.length;
    if (!last && chunk.length < DELIVERY.chunkLines) continue;
    const fates = await decideChunk(chunk, work);
    const { proceed } = await settle(chunk, fates, last || fates.size < chunk.length);
    if (!proceed) return;
    chunk = [];
  }
  const fates = await decideChunk(chunk, work);
  for (const line of claim.lines.slice(read)) fates.set(line, MISSING);
  await settle(chunk, fates, true);
}

/**
 * Delivers what is due of one job: claims its lines, sends them in chunks, and settles each chunk before the next, so
 * that a crash between a destination's answer and the settlement can double at most DELIVERY.chunkLines lines.
 */
export async function deliverJob(pointer: DeliveryPointer, deps: DeliveryDeps, limits: RunLimits): Promise<void> {
  const opened = await deps.openDestination(pointer.destinationId);
  const claim = await deps.claim(pointer);
  if (claim.status !== "granted") return;
  const plan = planFor(opened, claim, deps.findDestination);
  if (plan.do === "hold") {
    // Told of one line, as by a probe: nothing was sent, so no attempt counts, and the pause holds all others back.
    const told = createSettler(pointer, { ...claim, mode: "probe" }, deps);
    await told([], fateOfAll(claim.lines.slice(0, 1), plan.fate), true);
    return;
  }
  const settle = createSettler(pointer, claim, deps);
  if (plan.do === "drop") {
    await settle([], fateOfAll(claim.lines, { status: "dropped", reason: plan.reason }), true);
    return;
  }
  const segment = await deps.readSegment(pointer.key);
  if (segment === null) await settle([], fateOfAll(claim.lines, MISSING), true);
  else await workThrough(segment, { plan, claim, deps, limits, settle });
}
