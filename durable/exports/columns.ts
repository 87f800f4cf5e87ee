import { refuse, type Refusal } from "../../src/core/catalog.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { ColumnType } from "../../src/core/warehouse/schema.ts";
import type { HourClaims } from "./hour-claims.ts";
import type { Room } from "./room.ts";

export interface Retyping {
  readonly table: string;
  readonly column: string;
  readonly type: ColumnType;
}

/** Gives a column another type and marks every hour that is published of its table; how many those are. */
export function retype(
  room: Room,
  claims: HourClaims,
  { table, column, type }: Retyping,
  now: number,
): Result<number, Refusal> {
  const { registry, runs, publications, hours } = room;
  return room.transaction((): Result<number, Refusal> => {
    const schema = registry.find(table);
    const found = schema?.columns.find(({ name }) => name === column);
    if (schema === undefined || found === undefined) return err(refuse("not_found", "There is no such column."));
    if (found.fixed === true) {
      return err(refuse("conflict", "The column is one of the table's own: its type cannot be changed.", "type"));
    }
    if (found.type === type) return ok(0);
    const run = runs.get();
    if (run?.no !== undefined) {
      return err(refuse("conflict", "An hour is just being published; try again in a moment."));
    }
    // Its files have the old type.
    if (run !== undefined) claims.callOff(run, "called off: the type of a column was changed", now);
    const columns = schema.columns.map((one) => (one.name === column ? { ...one, type } : one));
    registry.put({ ...schema, columns });
    const affected = publications.hoursWith(table);
    for (const hour of affected) hours.ask(hour);
    return ok(affected.length);
  });
}
