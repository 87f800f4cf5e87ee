import { Button } from "@cloudflare/kumo/components/button";
import { ArrowClockwiseIcon, ExportIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { exportsPath, exportsQuery, refreshExports } from "../../api/export-queries.ts";
import type { ExportState } from "../../api/export-types.ts";
import { queryClient } from "../../api/queries.ts";
import { startedWords } from "../../logic/exports.ts";

interface ActionsProps {
  readonly sourceId: string;
  readonly state: ExportState;
  readonly onRebuild: () => void;
}

/** To export what waits and the open hour at once, and to make hours again. */
export function Actions({ sourceId, state, onRebuild }: ActionsProps): ReactNode {
  const start = useMutation({
    mutationFn: () =>
      api<{ exports: ExportState }>("POST", `${exportsPath(sourceId)}/run`, {}).then((data) => data.exports),
    onSuccess: async (fresh) => {
      queryClient.setQueryData(exportsQuery(sourceId).queryKey, fresh);
      await refreshExports(sourceId);
    },
  });
  if (!state.enabled) return null;
  return (
    <div className="flex flex-col gap-1 sm:items-end">
      <div className="flex flex-wrap gap-2">
        {state.publishedHours > 0 && (
          <Button icon={<ArrowClockwiseIcon aria-hidden />} onClick={onRebuild}>
            Make hours again…
          </Button>
        )}
        <Button
          variant="primary"
          icon={<ExportIcon aria-hidden />}
          loading={start.isPending}
          title="Whatever waits, and the hour that is still open"
          onClick={() => start.mutate()}
        >
          Export now
        </Button>
      </div>
      <p role="status" className={`text-sm ${start.isError ? "text-kumo-danger" : "text-kumo-subtle"}`}>
        {start.isError ? start.error.message : start.data !== undefined && startedWords(start.data)}
      </p>
    </div>
  );
}
