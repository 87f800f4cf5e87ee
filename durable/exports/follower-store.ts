export type FollowerRow = {
  name: string;
  is_on: number;
  place: number;
  token: number;
  claimed: number | null;
  run_id: number | null;
  lease_until: number;
  failures: number;
  retry_at: number;
  error: string | null;
  state: string | null;
};

/** How far each follower is. */
export function followerStore(sql: SqlStorage) {
  const find = (name: string): FollowerRow | undefined =>
    sql.exec<FollowerRow>("SELECT * FROM followers WHERE name = ?", name).toArray()[0];
  const nosOf = (follower: string, hour: number): number[] => {
    const query = "SELECT nos FROM followed WHERE follower = ? AND hour = ?";
    const row = sql.exec<{ nos: string }>(query, follower, hour).toArray()[0];
    return row === undefined ? [] : (JSON.parse(row.nos) as number[]);
  };
  const setNos = (follower: string, hour: number, nos: readonly number[]): void =>
    void sql.exec("INSERT OR REPLACE INTO followed VALUES (?, ?, ?)", hour, follower, JSON.stringify(nos));

  return {
    find,
    list: (): FollowerRow[] => sql.exec<FollowerRow>("SELECT * FROM followers ORDER BY name").toArray(),

    /** A new one starts with everything that is published. */
    put(name: string, isOn: boolean): void {
      sql.exec(
        `INSERT INTO followers VALUES (?1, ?2, 0, 0, NULL, NULL, 0, 0, 0, NULL, NULL)
         ON CONFLICT (name) DO UPDATE SET is_on = ?2`,
        name,
        isOn ? 1 : 0,
      );
    },

    forget(name: string): void {
      sql.exec("DELETE FROM followers WHERE name = ?", name);
      sql.exec("DELETE FROM followed WHERE follower = ?", name);
    },

    write(row: FollowerRow): void {
      sql.exec(
        `UPDATE followers SET place = ?, token = ?, claimed = ?, run_id = ?, lease_until = ?, failures = ?, retry_at = ?,
           error = ?, state = ? WHERE name = ?`,
        row.place,
        row.token,
        row.claimed,
        row.run_id,
        row.lease_until,
        row.failures,
        row.retry_at,
        row.error,
        row.state,
        row.name,
      );
    },

    /** Versions of the hour of which it may have something: the one finished last, and those it tried since. */
    taken: nosOf,
    tries: (follower: string, hour: number, no: number): void =>
      setNos(follower, hour, [...nosOf(follower, hour).filter((other) => other !== no), no]),
    finished: (follower: string, hour: number, no: number): void => setNos(follower, hour, [no]),

    holds: (follower: string, hour: number, no: number): boolean => nosOf(follower, hour).includes(no),
    anyHolds: (hour: number, no: number): boolean =>
      sql
        .exec<{ nos: string }>("SELECT nos FROM followed WHERE hour = ?", hour)
        .toArray()
        .some(({ nos }) => (JSON.parse(nos) as number[]).includes(no)),
  };
}
