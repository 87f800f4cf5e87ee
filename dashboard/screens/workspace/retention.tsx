import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { RetentionDays } from "../../../src/core/retention.ts";
import { api } from "../../api/client.ts";
import { queryClient, sourcesQuery, workspaceQuery } from "../../api/queries.ts";
import type { Workspace } from "../../api/types.ts";
import { clip } from "../../logic/entry-text.ts";
import { keptFor, RETENTION_CHOICES } from "../../logic/retention.ts";
import { plural } from "../../logic/times.ts";
import { RetentionForm } from "../../parts/retention-form.tsx";

/** Sources told by name. */
const NAMED = 5;

/** How long everything without a time of its own is kept. */
export function WorkspaceRetention({ workspace: { workspace } }: { workspace: Workspace }): ReactNode {
  const saving = useMutation({
    mutationFn: (retentionDays: RetentionDays | null) => api("PATCH", "/", { retentionDays }),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: workspaceQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: ["source"] }),
      ]),
  });
  return (
    <RetentionForm
      saved={workspace.retentionDays}
      inherited={workspace.retentionDays}
      choices={RETENTION_CHOICES}
      name={workspace.name}
      field="retentionDays"
      saving={saving}
      meaning={(days) =>
        days === 0
          ? "Nothing is ever deleted from R2, unless a source says otherwise."
          : `Events and dead letters are deleted for good after ${keptFor(days)}, unless a source says otherwise.`
      }
      renderConsequence={(before) => <Consequence before={before} />}
    />
  );
}

function Consequence({ before }: { before: number }): ReactNode {
  const sources = useQuery(sourcesQuery).data?.sources;
  const following = sources?.filter(({ settings }) => settings.archive.retentionDays === null) ?? [];
  const named = following.slice(0, NAMED).map(({ name }) => clip(name, 40));
  const more = following.length - named.length;
  return (
    <>
      Events received before {new Date(before).toISOString().slice(0, 10)} will be deleted for good, from within an hour
      on
      {sources !== undefined && (
        <>
          {" "}
          from {plural(following.length, "source")} without a time of {following.length === 1 ? "its" : "their"} own
          {named.length > 0 && (
            <>
              {" "}
              (<bdi>{named.join(", ")}</bdi>
              {more > 0 && ` and ${plural(more, "other")}`})
            </>
          )}
        </>
      )}
      , from the archives of deleted sources, and with them older dead letters. Tables that were exported already stay.
    </>
  );
}
