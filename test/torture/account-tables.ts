import type { Findings } from "./findings.ts";
import { CALLS, readLake } from "./lake.ts";
import type { Siege } from "./siege.ts";

type Reader = "views" | "iceberg" | "loaded";
const READERS: Readonly<Record<Reader, string>> = {
  views: "tables",
  iceberg: "Iceberg tables",
  loaded: "tables in PostgreSQL",
};

/** Holds every table of a source to its archive: each event once, in the table of its call and, of tracks, of its name. */
export async function accountForTables(
  siege: Siege,
  { sourceId, archived }: { readonly sourceId: string; readonly archived: readonly string[] },
  findings: Findings,
): Promise<void> {
  const { inlet, log, warehouse } = siege;
  const { tables, manifests, wrong } = await readLake(inlet, sourceId, warehouse);
  findings.blame("published tables that do not hold together", wrong);
  findings.add("manifests read", manifests);
  const tracks = archived.filter((id) => log.sent.get(id)?.type === "track");
  for (const reader of Object.keys(READERS) as Reader[]) {
    if (reader === "loaded" && warehouse === undefined) continue;
    const idsOf = (areCalls: boolean) =>
      tables.filter(({ name }) => CALLS.has(name) === areCalls).flatMap((table) => table[reader] ?? []);
    findings.compare(READERS[reader], idsOf(true), archived);
    findings.compare(`${READERS[reader]} by track name`, idsOf(false), tracks);
  }
}
