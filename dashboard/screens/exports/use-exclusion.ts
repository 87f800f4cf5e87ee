import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { sourceQuery } from "../../api/queries.ts";
import type { Source } from "../../api/types.ts";
import { withExclusion } from "../../logic/export-rules.ts";
import { refreshSource } from "../settings/save.ts";

/** One table, or one of its columns, and whether it is to be left out. */
interface Exclusion {
  readonly table: string;
  readonly column?: string;
  readonly out: boolean;
}

/** Leaves tables and columns out of the exports, and takes them in again. */
export function useExclusion(sourceId: string) {
  const source = useQuery(sourceQuery(sourceId));
  const rules = source.data?.settings.exports;
  const save = useMutation({
    mutationFn: async (exclusion: Exclusion) => {
      // As they are now: another tab may have changed them.
      const path = `/sources/${encodeURIComponent(sourceId)}`;
      const { source: fresh } = await api<{ source: Source }>("GET", path);
      const exports = withExclusion(fresh.settings.exports, exclusion);
      await api("PATCH", `${path}/settings`, { exports });
      await refreshSource(fresh);
    },
  });
  return {
    known: rules !== undefined,
    isOut: (table: string): boolean => rules?.excludedTables.includes(table) === true,
    columnsOut: (table: string): readonly string[] => rules?.excludedColumns[table] ?? [],
    save,
  };
}
export type Exclusions = ReturnType<typeof useExclusion>;
