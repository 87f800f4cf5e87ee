/** A change that is due to be passed on. */
export interface Mark {
  readonly id: number;
  /** Greater than `done` while something is to be passed on. */
  readonly changed: number;
  readonly done: number;
}

/**
 * Which hours (or days) have changed since they were last passed on. An id that is due already costs no row when it
 * changes again; one that is being passed on right now does, so that what came meanwhile is passed on as well.
 */
export function marksOf(sql: SqlStorage, table: "hours" | "days") {
  /** How often each is being passed on right now: the alarm and somebody who asks may do so at once. */
  const underWay = new Map<number, number>();
  const find = (id: number): Mark | undefined =>
    sql
      .exec<{ id: number; changed: number; done: number }>(`SELECT id, changed, done FROM ${table} WHERE id = ?`, id)
      .toArray()[0];

  return {
    /** `seq`: of the change; `due`: when it may be passed on. False when that was to be done anyway. */
    mark(id: number, { seq, due }: { readonly seq: number; readonly due: number }): boolean {
      const known = find(id);
      if (known !== undefined && known.changed > known.done && !underWay.has(id)) return false;
      sql.exec(
        `INSERT INTO ${table} (id, changed, done, due) VALUES (?, ?, -1, ?)
         ON CONFLICT DO UPDATE SET changed = excluded.changed, due = excluded.due`,
        id,
        seq,
        due,
      );
      return true;
    },

    /** Those due at `at`, the oldest first. */
    due: (at: number, limit: number): number[] =>
      sql
        .exec<{ id: number }>(
          `SELECT id FROM ${table} WHERE changed > done AND due <= ? ORDER BY id LIMIT ?`,
          at,
          limit,
        )
        .toArray()
        .map(({ id }) => id),

    /** When the next one is due; undefined when none is. */
    nextDue: (): number | undefined =>
      sql.exec<{ due: number | null }>(`SELECT MIN(due) AS due FROM ${table} WHERE changed > done`).one().due ??
      undefined,

    isDone(id: number): boolean {
      const known = find(id);
      return known !== undefined && known.changed <= known.done;
    },

    /** Ids within `[from, to)`, rising. */
    *between(from: number, to: number): Generator<number> {
      for (const { id } of sql.exec<{ id: number }>(
        `SELECT id FROM ${table} WHERE id >= ? AND id < ? ORDER BY id`,
        from,
        to,
      )) {
        yield id;
      }
    },

    /** Runs `work` on ids; `seq` is the last number given out before. What changes during it stays due. */
    async passOn(ids: readonly number[], seq: number, work: () => Promise<void>): Promise<void> {
      for (const id of ids) underWay.set(id, (underWay.get(id) ?? 0) + 1);
      try {
        await work();
        for (const id of ids) sql.exec(`UPDATE ${table} SET done = ? WHERE id = ?`, seq, id);
      } finally {
        for (const id of ids) {
          const others = underWay.get(id)! - 1;
          if (others === 0) underWay.delete(id);
          else underWay.set(id, others);
        }
      }
    },
  };
}
export type Marks = ReturnType<typeof marksOf>;
