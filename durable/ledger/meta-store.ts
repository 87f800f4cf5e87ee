import type { Hold, Pacing } from "../../src/core/pacing.ts";

/** The few single values of a ledger. */
export function metaStore(sql: SqlStorage) {
  const get = (name: string): string | undefined =>
    sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0]?.value;
  const set = (name: string, value: string): void =>
    void sql.exec("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, value);
  let hold = JSON.parse(get("hold") ?? "{}") as Hold;

  return {
    get,
    set,
    pacing: () => (JSON.parse(get("pacing") ?? "null") as Pacing | null) ?? undefined,
    setPacing: (pacing: Pacing) => set("pacing", JSON.stringify(pacing)),
    hold: (): Hold => hold,
    setHold(next: Hold): void {
      set("hold", JSON.stringify(next));
      hold = next;
    },
    destinationId: () => get("destinationId") ?? "",
  };
}
export type MetaStore = ReturnType<typeof metaStore>;
