import { DurableObject } from "cloudflare:workers";
import type { Directory } from "../src/core/catalog.ts";

/** The workspace's configuration: one object, `getByName("workspace")`. */
export class Catalog extends DurableObject<Env> {
  /** The compiled directory, or `unchanged` when the caller already holds `version`. */
  async directory(_version?: number): Promise<Directory | "unchanged"> {
    throw new Error("not built yet");
  }
}
