import { DurableObject } from "cloudflare:workers";
import type { IngestCounts } from "../src/core/sample.ts";

/** Counts and outcomes: one object per source (`source:<id>`), per destination (`destination:<id>`), `workspace`. */
export class Ledger extends DurableObject<Env> {
  /** Adds ingest counts to the minute of `at`. Keys: `accepted`, `duplicate`, `refused:<reason>`. */
  async count(_at: number, _counts: IngestCounts): Promise<void> {
    throw new Error("not built yet");
  }
}
