import { defined } from "../../src/core/defined.ts";
import { ALERTS, type AlertState, type Notification } from "../../src/core/alert.ts";

/**
 * - states: how each rule stands (JSON of AlertState).
 * - messages: what was told of them (JSON of Notification), the newest ALERTS.kept; `next_at` NULL = done with.
 * - meta: `lookAt` (empty: no rule is enabled), the lease of who looks, and whether the rules are `outdated` that it looks at.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS states (rule TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rule TEXT NOT NULL, next_at INTEGER, body TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

type Body = { body: string };

/** Every statement of Watch. */
export function watchStore(sql: SqlStorage) {
  sql.exec(SCHEMA);
  const meta = (key: string): string | undefined =>
    sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0]?.value;
  const setMeta = (key: string, value: string): void =>
    void sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value);
  const read = (rows: Iterable<Body>): Notification[] => [...rows].map(({ body }) => JSON.parse(body) as Notification);
  const lease = (): { readonly token: number; readonly leaseUntil: number } => ({
    token: Number(meta("token") ?? 0),
    leaseUntil: Number(meta("leaseUntil") ?? 0),
  });
  const dropState = (rule: string): void => void sql.exec("DELETE FROM states WHERE rule = ?", rule);
  return {
    states: (): Map<string, AlertState> =>
      new Map(
        sql
          .exec<Body & { rule: string }>("SELECT rule, body FROM states")
          .toArray()
          .map(({ rule, body }) => [rule, JSON.parse(body) as AlertState]),
      ),
    putState: (rule: string, state: AlertState): void =>
      void sql.exec("INSERT OR REPLACE INTO states (rule, body) VALUES (?, ?)", rule, JSON.stringify(state)),
    dropState,
    /** What waits for its channel is not sent any more either. */
    forget(rule: string): void {
      dropState(rule);
      sql.exec("UPDATE messages SET next_at = NULL WHERE rule = ?", rule);
    },

    add(message: Notification): void {
      const { id, ruleId, nextAt = null } = message;
      sql.exec(
        "INSERT INTO messages (id, rule, next_at, body) VALUES (?, ?, ?, ?)",
        id,
        ruleId,
        nextAt,
        JSON.stringify(message),
      );
      sql.exec("DELETE FROM messages WHERE seq <= (SELECT MAX(seq) FROM messages) - ?", ALERTS.kept);
    },
    put: (message: Notification): void =>
      void sql.exec(
        "UPDATE messages SET next_at = ?, body = ? WHERE id = ?",
        message.nextAt ?? null,
        JSON.stringify(message),
        message.id,
      ),
    find: (id: string): Notification | undefined =>
      read(sql.exec<Body>("SELECT body FROM messages WHERE id = ? AND next_at IS NOT NULL", id))[0],
    waiting: (): Notification[] =>
      read(sql.exec<Body>("SELECT body FROM messages WHERE next_at IS NOT NULL ORDER BY seq")),
    /** The newest first. */
    messages: (): Notification[] =>
      sql
        .exec<Body & { next_at: number | null }>("SELECT body, next_at FROM messages ORDER BY seq DESC")
        .toArray()
        .map(({ body, next_at }) => {
          const { nextAt: _, ...message } = JSON.parse(body) as Notification;
          return { ...message, ...defined("nextAt", next_at) };
        }),

    lookAt(): number | undefined {
      const at = meta("lookAt") ?? "";
      return at === "" ? undefined : Number(at);
    },
    setLookAt: (at: number | undefined): void => setMeta("lookAt", String(at ?? "")),
    lease,
    takeLease(until: number): number {
      const token = lease().token + 1;
      setMeta("token", String(token));
      setMeta("leaseUntil", String(until));
      setMeta("outdated", "");
      return token;
    },
    /** Whether the rules have changed since the lease was taken: its look is of rules that are no more. */
    outdated: (): boolean => meta("outdated") === "yes",
    setOutdated: (): void => setMeta("outdated", "yes"),
    endLease: (): void => setMeta("leaseUntil", "0"),
  };
}
export type WatchStore = ReturnType<typeof watchStore>;
