// Inlet's side: the product's own trigger, batching and engine, as a Worker that runs one case per request.
import type { Outcome } from "../../../src/core/delivery.ts";
import type { Batching, Connection, DestinationTools } from "../../../src/destinations/destination.ts";
import { createGuardedFetch } from "../../../src/destinations/outbound.ts";
import { findDestination } from "../../../src/destinations/registry.ts";
import { fires } from "../../../src/destinations/trigger.ts";
import { ENVIRONMENT, NOW, settle, type DifferentialCase, type Event, type Verdict } from "../case.ts";
import { cutTimers, freezeRealm } from "../oracle/freeze.ts";
import { tellUrls } from "./urls.ts";

/** What the consumer gives one call (ms). */
const CALL_LIMIT_MS = 20_000;

let runs = 0;
let current: DifferentialCase | undefined;
freezeRealm();
cutTimers(() => current);
tellUrls();

interface Run {
  readonly given: DifferentialCase;
  readonly savedTokens: Record<string, string>[];
  readonly notes: string[];
}

const tools: DestinationTools = {
  fetch: createGuardedFetch({
    fetch: (url, init) => fetch(url, init),
    isOwnHost: () => false,
    allowPrivate: true,
  }),
  hmacSha1Hex: () => Promise.reject(new Error("no destination of the catalogue asks for this")),
  now: () => NOW,
};

/** What upstream finds in its process environment, a definition here finds among its settings. */
const environment = Object.fromEntries(Object.entries(ENVIRONMENT).map(([name, value]) => [`env_${name}`, value]));

/** Events that share a call, in the order of their first. */
function groupsOf(matched: readonly number[], events: readonly Event[], batching: Batching | undefined): number[][] {
  const groups: number[][] = [];
  const open = new Map<string, number[]>();
  for (const index of matched) {
    const key = batching?.keyOf(events[index] ?? {});
    const known = key === undefined ? undefined : open.get(key);
    if (known !== undefined && known.length < (batching?.size ?? 1)) known.push(index);
    else {
      const group = [index];
      groups.push(group);
      if (key !== undefined) open.set(key, group);
    }
  }
  return groups;
}

function verdictOf(outcome: Outcome | undefined): Verdict {
  if (outcome === undefined) return { status: "retry", reason: "no outcome" };
  if (outcome.status === "delivered") return { status: "delivered" };
  const { status, reason, retryAfterMs } = outcome;
  return { status, reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

async function perform({ given, notes }: Run, connection: Connection, events: readonly Event[]): Promise<Verdict[]> {
  const aborter = new AbortController();
  const late = new DOMException("the call did not end", "TimeoutError");
  const timer = setTimeout(() => aborter.abort(late), CALL_LIMIT_MS);
  try {
    const { action: actionId, mapping } = given;
    const outcomes = await connection.perform({ actionId, mapping, events, tools, signal: aborter.signal });
    for (const outcome of outcomes) if ("detail" in outcome && outcome.detail) notes.push(outcome.detail);
    return events.map((_, index) => verdictOf(outcomes[index]));
  } catch (error) {
    notes.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return events.map(() => ({ status: "retry", reason: "thrown" }));
  } finally {
    clearTimeout(timer);
  }
}

async function run({ given, savedTokens, notes }: Run): Promise<Verdict[]> {
  const verdicts: Verdict[] = given.events.map(() => ({ status: "unmatched" }));
  const matched = given.events.flatMap((event, index) => (fires(given.trigger, event).fires ? [index] : []));
  const destination = await findDestination(given.destination);
  const opened = destination?.open(
    { ...environment, ...given.settings },
    {
      // Each run is another configured destination: nothing that one has cached is to reach the next.
      destinationId: `${given.id}#${++runs}`,
      saveTokens: (tokens) => Promise.resolve(void savedTokens.push(tokens)),
    },
  );
  if (opened === undefined || !opened.ok) {
    notes.push(opened === undefined ? "no such destination" : opened.error);
    for (const index of matched) verdicts[index] = { status: "abandoned", reason: "INVALID_SETTINGS" };
    return verdicts;
  }
  const connection = opened.value;
  for (const group of groupsOf(matched, given.events, connection.batching(given.action, given.mapping))) {
    const events = group.map((index) => given.events[index] ?? {});
    const results = await perform({ given, savedTokens, notes }, connection, events);
    for (const [at, index] of group.entries()) verdicts[index] = results[at] ?? verdictOf(undefined);
  }
  return verdicts;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const given = await request.json<DifferentialCase>();
    current = given;
    const savedTokens: Record<string, string>[] = [];
    const notes: string[] = [];
    const verdicts = await run({ given, savedTokens, notes });
    await settle(given, verdicts);
    return Response.json({ verdicts, savedTokens, notes });
  },
};
