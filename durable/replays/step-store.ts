import { AT_BEGINNING, type ReplayCursor } from "../../src/core/replay-steps.ts";

/** One step of a replay: its dry run (`destination` "") or choosing lines for one destination. */
export interface Step {
  readonly replay: string;
  readonly destination: string;
  readonly cursor: ReplayCursor;
  /** 0 = free. */
  readonly leaseUntil: number;
  readonly claims: number;
  readonly failures: number;
  readonly nextAt: number;
}

type StepRow = {
  replay: string;
  destination: string;
  cursor: string;
  lease_until: number;
  claims: number;
  failures: number;
  next_at: number;
};

const toStep = (row: StepRow): Step => ({
  replay: row.replay,
  destination: row.destination,
  cursor: JSON.parse(row.cursor) as ReplayCursor,
  leaseUntil: row.lease_until,
  claims: row.claims,
  failures: row.failures,
  nextAt: row.next_at,
});

export function stepStore(sql: SqlStorage) {
  return {
    find(replay: string, destination: string): Step | undefined {
      const query = "SELECT * FROM steps WHERE replay = ? AND destination = ?";
      return sql.exec<StepRow>(query, replay, destination).toArray().map(toStep)[0];
    },

    add(replay: string, destination: string, nextAt: number): void {
      const cursor = JSON.stringify(AT_BEGINNING);
      const query = "INSERT INTO steps VALUES (?, ?, ?, 0, 0, 0, ?) ON CONFLICT DO NOTHING";
      sql.exec(query, replay, destination, cursor, nextAt);
    },

    save({ replay, destination, cursor, leaseUntil, claims, failures, nextAt }: Step): void {
      sql.exec(
        `UPDATE steps SET cursor = ?, lease_until = ?, claims = ?, failures = ?, next_at = ?
         WHERE replay = ? AND destination = ?`,
        JSON.stringify(cursor),
        leaseUntil,
        claims,
        failures,
        nextAt,
        replay,
        destination,
      );
    },

    /** Failures are forgotten, and nothing is waited for. */
    refresh(replay: string): void {
      sql.exec("UPDATE steps SET failures = 0, next_at = 0 WHERE replay = ?", replay);
    },

    remove(replay: string): void {
      sql.exec("DELETE FROM steps WHERE replay = ?", replay);
    },
  };
}
export type StepStore = ReturnType<typeof stepStore>;
