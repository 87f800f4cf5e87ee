import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { DeliveryPointer } from "../../src/core/delivery.ts";
import type { DeliverySummary } from "../../src/core/ledger-reports.ts";
import type { Claim, LaneTrace, SettledCell, Settlement, SettleResult } from "../../src/core/ledger.ts";
import type { Ledger } from "../../src/worker.ts";

export type Granted = Extract<Claim, { status: "granted" }>;
type Name = Pick<DeliveryPointer, "key" | "replayId">;

/** The real ledger of one destination, with the test as its consumer and as the queue between the two. */
export interface LedgerRig {
  readonly destinationId: string;
  readonly ledger: DurableObjectStub<Ledger>;
  /** Opens a job of so many lines. */
  open(count: number): Promise<DeliveryPointer>;
  /** Takes the pointers that the ledger has put on the queue since the last call. */
  takeSent(): DeliveryPointer[];
  claim(name: Name, lanes?: readonly string[]): Promise<Claim>;
  /** A claim that must be granted. */
  granted(name: Name, lanes?: readonly string[]): Promise<Granted>;
  /** Settles and releases, unless told otherwise. */
  settle(name: Name, claim: Granted, told?: Partial<Settlement>): Promise<SettleResult>;
  /** Lets every line through, and all that is due end with this outcome. */
  finish(name: Name, outcome?: Omit<SettledCell, "cell">, lanes?: readonly string[]): Promise<SettleResult>;
  trace(name: Name, line: number): Promise<LaneTrace[]>;
  summary(): Promise<DeliverySummary>;
  alarm(): Promise<boolean>;
}

/** The cells of a claim's lane: 0 is the gate. */
export const laneCells = ({ cells, count }: Granted, lane: number): number[] =>
  cells.filter((cell) => Math.floor(cell / count) === lane);

const onQueue: DeliveryPointer[] = [];

export function createLedgerRig(): LedgerRig {
  vi.spyOn(env.DELIVERIES, "sendBatch").mockImplementation(async (messages) => {
    for (const { body } of messages) onQueue.push(body as DeliveryPointer);
    return {} as never;
  });
  const destinationId = `dst_${crypto.randomUUID()}`;
  const sourceId = `src_${crypto.randomUUID()}`;
  const ledger = env.LEDGER.getByName(`destination:${destinationId}`);
  let segments = 0;
  const parts = new Map<string, number>();
  const nameOf = ({ key, replayId }: Name) => ({ key, ...(replayId === undefined ? {} : { replayId }) });
  const rig: LedgerRig = {
    destinationId,
    ledger,
    async open(count) {
      const key = `segment-logs/${sourceId}/1795305600000/0-${String(segments++).padStart(9, "0")}.gz`;
      await ledger.open({ destinationId, sourceId, key, count });
      return { destinationId, sourceId, key };
    },
    takeSent() {
      const mine = onQueue.filter((pointer) => pointer.destinationId === destinationId);
      for (const pointer of mine) onQueue.splice(onQueue.indexOf(pointer), 1);
      return mine;
    },
    claim: async (name, lanes = ["one"]) => ledger.claim({ ...nameOf(name), lanes }),
    async granted(name, lanes) {
      const claim = await rig.claim(name, lanes);
      if (claim.status !== "granted") throw new Error(`${name.key} was not granted`);
      return claim;
    },
    async settle(name, { token, mode }, told = {}) {
      const claimed = `${name.key} ${name.replayId} ${token}`;
      const part = (parts.get(claimed) ?? 0) + 1;
      parts.set(claimed, part);
      return ledger.settle({
        ...nameOf(name),
        token,
        part,
        mode,
        passed: [],
        unmatched: [],
        outcomes: [],
        kinds: [],
        letters: [],
        release: true,
        ...told,
      });
    },
    async finish(name, outcome = { status: "delivered" }, lanes) {
      const claim = await rig.granted(name, lanes);
      const passed = laneCells(claim, 0);
      const outcomes = claim.cells.filter((cell) => cell >= claim.count).map((cell) => ({ cell, ...outcome }));
      return rig.settle(name, claim, { passed, outcomes });
    },
    trace: async ({ key }, line) => ledger.lineTrace(key, line),
    summary: async () => ledger.summary({ minutes: 60, now: Date.now() }),
    alarm: () => runDurableObjectAlarm(ledger),
  };
  return rig;
}

/** A segment of four lines: lane one gives up lines 0 and 1 (400) and 2 (401), lane two line 0 (400); the rest arrives. */
export async function giveUp(rig: LedgerRig, key = "letters"): Promise<DeliveryPointer> {
  const pointer = await rig.open(4);
  const claim = await rig.granted(pointer, ["one", "two"]);
  const reasons: Record<number, string> = { 4: "400", 5: "400", 6: "401", 8: "400" };
  await rig.settle(pointer, claim, {
    passed: laneCells(claim, 0),
    outcomes: [...laneCells(claim, 1), ...laneCells(claim, 2)].map((cell) => {
      const reason = reasons[cell];
      return reason === undefined ? { cell, status: "delivered" } : { cell, status: "abandoned", reason };
    }),
    letters: [{ key, cells: Object.keys(reasons).map(Number) }],
  });
  return pointer;
}
