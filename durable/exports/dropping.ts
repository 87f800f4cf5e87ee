import { refuse, type Refusal } from "../../src/core/catalog.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { Room } from "./room.ts";

/**
 * Forgets a table of events of which nothing is published, so that another may take its place. Its files went when its
 * hours were made again without it; should its events come again, so does the table.
 */
export function drop({ transaction, registry, runs, publications }: Room, table: string): Result<void, Refusal> {
  return transaction((): Result<void, Refusal> => {
    const schema = registry.find(table);
    if (schema === undefined) return err(refuse("not_found", "There is no such table."));
    if (schema.kind !== "event") return err(refuse("conflict", "Only tables of one event can be taken away."));
    if (registry.files(table) > 0) {
      return err(
        refuse("conflict", "The table has rows: leave it out in the export settings and export its hours again."),
      );
    }
    // Its registry was handed out with the claim.
    if (runs.get() !== undefined)
      return err(refuse("conflict", "An hour is just being exported; try again in a moment."));
    if (publications.names(table)) {
      return err(refuse("conflict", "A warehouse still has to take in what is gone from the table; try again later."));
    }
    registry.drop(table);
    return ok(undefined);
  });
}
