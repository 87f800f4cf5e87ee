import { useQuery } from "@tanstack/react-query";
import { lakeRunsQuery } from "../../api/export-queries.ts";
import type { ExportState } from "../../api/export-types.ts";
import { noticesOf } from "../../logic/export-words.ts";
import { progressOf } from "../../logic/exports.ts";
import { useRefetch } from "../../parts/use-refetch.ts";

/** What the latest runs had to say, over how many hours; nothing while that is not loaded. */
export function useNotices(sourceId: string, state: ExportState) {
  const runs = useQuery(lakeRunsQuery(sourceId));
  useRefetch(progressOf(state), () => void runs.refetch());
  return { ...noticesOf(runs.data ?? []), isError: runs.isError };
}
