import { DurableObject } from "cloudflare:workers";
import type { AppendBatch, AppendResult, LookupResult } from "../src/core/intake.ts";
import type { Observation } from "../src/core/sample.ts";

/** Dedupe and outbox of one source shard: `getByName(intakeName(sourceId, shard))`. */
export class Intake extends DurableObject<Env> {
  /** Stores the new events durably and names the duplicates; see AppendResult. */
  async append(_batch: AppendBatch): Promise<AppendResult> {
    throw new Error("not built yet");
  }
  /** Refusals on their way to the debugger and the ledger; coalesced with the shard's own samples. */
  async observe(_observation: Observation): Promise<void> {
    throw new Error("not built yet");
  }
  /** queues/events has routed the segment: it need not be handed over again. */
  async confirm(_segment: number): Promise<void> {
    throw new Error("not built yet");
  }
  async lookup(_messageId: string): Promise<LookupResult | null> {
    throw new Error("not built yet");
  }
}
