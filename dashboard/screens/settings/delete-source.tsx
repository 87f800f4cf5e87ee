import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { queryClient } from "../../api/queries.ts";
import type { Source } from "../../api/types.ts";
import { DeleteRow } from "../../parts/delete-row.tsx";

export function DeleteSource({ source }: { source: Source }): ReactNode {
  const navigate = useNavigate();
  return (
    <DeleteRow
      what="source"
      name={source.name}
      effect="Its write keys stop working and its destinations receive nothing more. What was archived stays in the bucket, as long as the workspace keeps events."
      consequence="Senders are answered 200, as Segment does, and their events are gone. This cannot be undone."
      onConfirm={async () => {
        await api("DELETE", `/sources/${encodeURIComponent(source.id)}`);
        await navigate({ to: "/sources" });
        queryClient.removeQueries({ queryKey: ["source", source.id] });
        await queryClient.invalidateQueries({ queryKey: ["sources"] });
      }}
    />
  );
}
