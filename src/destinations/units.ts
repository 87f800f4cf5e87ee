import type { SubscriptionRecord } from "../core/subscription.ts";
import { utf8Length } from "../core/utf8.ts";
import type { Send } from "./decide.ts";
import type { Batching, Connection } from "./destination.ts";
import { logForeign } from "../log/log.ts";

/** Failed attempts after which batches get smaller, by this factor each time: from 1000 events to one at the tenth. */
const SHRINK = { after: 5, factor: 4 } as const;

/** What is handed to a destination: events that go alone, and events that go together. */
export interface Units {
  readonly singles: readonly Send[];
  readonly batches: readonly (readonly Send[])[];
}

/**
 * Most events of a batch at this attempt (from 1). What failed time after time as part of a batch may do so because of
 * one neighbour: towards the last attempt it stands almost alone, so that the others are not given up with it.
 */
export const sizeAt = (size: number, attempt: number): number =>
  Math.max(1, Math.ceil(size / SHRINK.factor ** Math.max(0, attempt - SHRINK.after)));

/** Events of one subscription and one key, cut where a batch is full. */
function cutBatches(sends: readonly Send[], size: number, bytes: number): Send[][] {
  const batches: Send[][] = [];
  let batch: Send[] = [];
  let room = bytes;
  for (const send of sends) {
    const length = utf8Length(send.line.text);
    if (batch.length > 0 && (batch.length >= size || length > room)) {
      batches.push(batch);
      batch = [];
      room = bytes;
    }
    batch.push(send);
    room -= length;
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

/** A mapping that cannot be resolved for an event says so when the event is sent, which it is without neighbours. */
function keyFor({ event }: Send, { keyOf }: Batching): string | undefined {
  try {
    return keyOf(event);
  } catch (error) {
    logForeign("batch_key_failed", {}, error);
    return undefined;
  }
}

function groupByKey(sends: readonly Send[], batching: Batching): { keyed: Map<string, Send[]>; alone: Send[] } {
  const keyed = new Map<string, Send[]>();
  const alone: Send[] = [];
  for (const send of sends) {
    const key = keyFor(send, batching);
    if (key === undefined) alone.push(send);
    else if (!keyed.get(key)?.push(send)) keyed.set(key, [send]);
  }
  return { keyed, alone };
}

/** As keyFor: what is wrong with a mapping is said when it is used. */
function batchingFor({ actionId, mapping }: SubscriptionRecord, connection: Pick<Connection, "batching">) {
  try {
    return connection.batching(actionId, mapping);
  } catch (error) {
    logForeign("mapping_batching_unreadable", {}, error);
    return undefined;
  }
}

/** Groups events by subscription and by its batching. A batch of one event is a single like the others. */
export function unitsOf(sends: readonly Send[], connection: Pick<Connection, "batching">, attempt: number): Units {
  const singles: Send[] = [];
  const batches: Send[][] = [];
  for (const [subscription, members] of Map.groupBy(sends, (send) => send.subscription)) {
    const batching = batchingFor(subscription, connection);
    if (batching === undefined) {
      singles.push(...members);
      continue;
    }
    const { keyed, alone } = groupByKey(members, batching);
    const cut = [...keyed.values()].flatMap((same) => cutBatches(same, sizeAt(batching.size, attempt), batching.bytes));
    singles.push(...alone, ...cut.filter(({ length }) => length === 1).flat());
    batches.push(...cut.filter(({ length }) => length > 1));
  }
  return { singles, batches };
}
