import { DurableObject } from "cloudflare:workers";

class Unused extends DurableObject<Env> {}

/** Every object that wrangler.toml binds, for Workers of the bench that have no use for them. */
export {
  Unused as ArchiveIndex,
  Unused as Catalog,
  Unused as Debugger,
  Unused as Exports,
  Unused as Intake,
  Unused as Ledger,
  Unused as Preferences,
  Unused as Replays,
  Unused as Watch,
};
