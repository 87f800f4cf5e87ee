import { DELIVERY, type DeliveryPointer } from "../src/core/delivery.ts";
import type { PlanRules } from "../src/core/plan.ts";
import { deliverJob, type DeliveryDeps, type RunLimits } from "../src/destinations/deliver-job.ts";
import { logError } from "../src/log/log.ts";

/** The pointers of one destination, one after the other: the first may find that it is down. */
async function deliverInTurn(
  messages: readonly Message<DeliveryPointer>[],
  deps: DeliveryDeps,
  run: RunLimits & { hasTime(): boolean },
): Promise<void> {
  for (const message of messages) {
    if (!run.hasTime()) {
      message.retry({ delaySeconds: 0 });
      continue;
    }
    try {
      await deliverJob(message.body, deps, run);
    } catch (error) {
      const { key, destinationId } = message.body;
      logError("delivery_failed", { destinationId, key }, error);
    }
    message.ack();
  }
}

/**
 * Consumer of DELIVERIES. Destinations are served side by side and share the sockets, so one that hangs takes only
 * its share. A message whose turn did not come is left to the next batch; every other is confirmed, even one that
 * failed: the destination's ledger sends a pointer again when the lease of whoever claimed it runs out.
 */
export async function deliverPointers(
  batch: MessageBatch<DeliveryPointer>,
  deps: DeliveryDeps,
  { requestsPerBatch }: Pick<PlanRules, "requestsPerBatch">,
): Promise<void> {
  const groups = Map.groupBy(batch.messages, (message) => message.body.destinationId);
  const deadline = deps.tools.now() + DELIVERY.batchBudgetMs;
  let requests = 0;
  const hasTime = () => requests < requestsPerBatch && deps.tools.now() < deadline;
  const run = {
    concurrency: Math.max(1, Math.floor(DELIVERY.sockets / groups.size)),
    hasTime,
    mayBegin: () => hasTime() && ++requests > 0,
  };
  await Promise.all([...groups.values()].map((messages) => deliverInTurn(messages, deps, run)));
}
