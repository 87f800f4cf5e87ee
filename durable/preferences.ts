import { DurableObject } from "cloudflare:workers";

/** Placeholder until durable/itty.ts: small per-user dashboard state. */
export class Preferences extends DurableObject<Env> {}
