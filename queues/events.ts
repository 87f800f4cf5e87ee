import type { DestinationContext } from "../src/core/catalog.ts";
import type { SegmentPointer } from "../src/core/intake.ts";
import type { JobOpening } from "../src/core/ledger.ts";
import { logError } from "../src/log/log.ts";

/** What routing segments needs. Supplied by bindings/delivery-deps.ts. */
export interface RoutingDeps {
  /** Every destination connected to the source, as configured now; throws when that cannot be known. */
  destinationsOf(sourceId: string): Promise<readonly DestinationContext[]>;
  /** Durable in the destination's ledger once it resolves; idempotent. The ledger sends the delivery pointer. */
  openJob(opening: JobOpening): Promise<void>;
  /** Durable in the index of the source's archive once it resolves; idempotent. */
  addToArchive(pointer: SegmentPointer): Promise<void>;
  /** Tells Intake that it need not hand the segment over again. */
  confirm(pointer: SegmentPointer): Promise<void>;
}

/** Hands one segment to the archive's index and to each enabled destination of its source; confirmed only when all have it. */
export async function routeSegment(pointer: SegmentPointer, deps: RoutingDeps): Promise<void> {
  const { sourceId, key, count } = pointer;
  const destinations = await deps.destinationsOf(sourceId);
  await Promise.all([
    deps.addToArchive(pointer),
    ...destinations
      .filter((destination) => destination.enabled)
      .map(({ id }) => deps.openJob({ sourceId, key, count, destinationId: id })),
  ]);
  await deps.confirm(pointer);
}

/** Consumer of EVENTS. Each message stands alone: one that fails comes again without its neighbours. */
export async function routeSegments(batch: MessageBatch<SegmentPointer>, deps: RoutingDeps): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        await routeSegment(message.body, deps);
        message.ack();
      } catch (error) {
        logError("segment_not_routed", { key: message.body?.key, attempt: message.attempts }, error);
        message.retry();
      }
    }),
  );
}
