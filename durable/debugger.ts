import { DurableObject } from "cloudflare:workers";
import type { Observation } from "../src/core/sample.ts";

/** The live ring of one source: `getByName(sourceId)`. */
export class Debugger extends DurableObject<Env> {
  /** Adds samples to the ring and to open sockets; `watching` tells Intake whether somebody looks right now. */
  async record(_observation: Observation): Promise<{ watching: boolean }> {
    throw new Error("not built yet");
  }
}
