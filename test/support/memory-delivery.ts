import type { OpenDestination } from "../../src/core/catalog.ts";
import type { DeadLetter } from "../../src/core/dead-letter.ts";
import type { Outcome } from "../../src/core/delivery.ts";
import type { ClaimRequest, Settlement } from "../../src/core/ledger.ts";
import type { DeliveryDeps, RunLimits } from "../../src/destinations/deliver-job.ts";
import type { Granted } from "../../src/destinations/delivery-plan.ts";
import type {
  Batching,
  Connection,
  DeliveredEvent,
  Destination,
  PerformCall,
} from "../../src/destinations/destination.ts";
import { testSubscription } from "./sends.ts";

/** A destination as the Catalog opens it: enabled, one subscription for every track call. */
export const openedDestination = (
  destinationId: string,
  sourceId: string,
  overrides: Partial<OpenDestination> = {},
): OpenDestination => ({
  destination: {
    id: destinationId,
    name: "Test",
    integrationName: "Test",
    metadataId: "test",
    sourceIds: [sourceId],
    enabled: true,
  },
  settings: {},
  unreadable: [],
  subscriptions: [testSubscription({ destinationId })],
  filters: [],
  consentCategories: [],
  createdAt: 0,
  ...overrides,
});

export type Perform = (events: readonly DeliveredEvent[], call: PerformCall) => Promise<readonly Outcome[]>;

/** A destination whose connection does what the test says. */
export function testDestination(
  perform: Perform,
  batching: (actionId: string) => Batching | undefined = () => undefined,
): Destination {
  const unused = () => Promise.reject(new Error("not tested here"));
  const connection: Connection = {
    batching,
    perform: (call) => perform(call.events, call),
    test: unused,
    testAuthentication: unused,
  };
  return { id: "test", name: "Test", open: () => ({ ok: true, value: connection }) };
}

/** A claim of everything: undecided lines and all lanes. */
export const claimOf = (count: number, lanes: readonly string[], overrides: Partial<Granted> = {}): Granted => ({
  status: "granted",
  count,
  lanes,
  cells: Array.from({ length: count * (1 + lanes.length) }, (_, cell) => cell),
  attempt: 1,
  mode: "send",
  token: 1,
  ...overrides,
});

export interface MemoryDelivery {
  readonly deps: DeliveryDeps;
  readonly limits: RunLimits;
  readonly asked: ClaimRequest[];
  readonly settlements: Settlement[];
  readonly letters: DeadLetter[];
  /** Calls of perform, as the events' `messageId`s. */
  readonly sent: string[][];
}

/** Everything one delivery needs, in memory. The ledger says what the test says and takes whatever it is told. */
export function memoryDelivery(given: {
  readonly opened: OpenDestination | null;
  readonly claim: Granted;
  readonly lines: readonly unknown[] | null;
  readonly perform?: Perform;
  readonly batching?: (actionId: string) => Batching | undefined;
  readonly deps?: Partial<DeliveryDeps>;
  readonly limits?: Partial<RunLimits>;
}): MemoryDelivery {
  const asked: ClaimRequest[] = [];
  const settlements: Settlement[] = [];
  const letters: DeadLetter[] = [];
  const sent: string[][] = [];
  const perform = given.perform ?? (async (events) => events.map(() => ({ status: "delivered" })));
  const destination = testDestination(async (events, call) => {
    sent.push(events.map((event) => String(event["messageId"])));
    return perform(events, call);
  }, given.batching);
  async function* linesOf(values: readonly unknown[]) {
    for (const value of values) yield typeof value === "string" ? value : JSON.stringify(value);
  }
  const deps: DeliveryDeps = {
    openDestination: async () => given.opened,
    findDestination: async () => destination,
    saveTokens: async () => undefined,
    async claim(_, request) {
      asked.push(request);
      return given.claim;
    },
    async settle(_, settlement) {
      settlements.push(settlement);
      return { proceed: !settlement.release };
    },
    readSegment: async () => (given.lines === null ? null : linesOf(given.lines)),
    isRemoved: async () => false,
    writeDeadLetters: async (_, written) => void letters.push(...written),
    timeLimit: () => ({ signal: new AbortController().signal, clear: () => undefined }),
    chance: { random: () => 0.5, hash: () => new Uint8Array(16) },
    tools: {
      fetch: () => Promise.reject(new Error("no network here")),
      hmacSha1Hex: async () => "",
      now: () => Date.parse("2026-11-22T12:00:00.000Z"),
    },
    ...given.deps,
  };
  return { deps, limits: { concurrency: 6, mayBegin: () => true, ...given.limits }, asked, settlements, letters, sent };
}
