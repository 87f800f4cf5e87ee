import type { ReactNode } from "react";
import type { Source } from "../../api/types.ts";
import { DeleteRow } from "../../parts/delete-row.tsx";

export const DeleteSource = ({ source }: { source: Source }): ReactNode => (
  <DeleteRow
    what="source"
    name={source.name}
    effect="Its write keys stop working and its destinations receive nothing more. What was archived stays in the bucket, as long as the workspace keeps events."
    consequence="Senders are answered 200, as Segment does, and their events are gone. This cannot be undone."
    path={`/sources/${encodeURIComponent(source.id)}`}
    known={["source", source.id]}
    list={{ page: "/sources", queryKey: ["sources"] }}
  />
);
