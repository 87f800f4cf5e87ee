import { Button } from "@cloudflare/kumo/components/button";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { queryClient } from "../../api/queries.ts";
import type { Source } from "../../api/types.ts";
import { ConfirmByName } from "../../parts/confirm-by-name.tsx";

export function DeleteSource({ source }: { source: Source }): ReactNode {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="text-kumo-subtle min-w-0 flex-1 basis-60">
        Its write keys stop working and its destinations receive nothing more. What was archived stays in the bucket.
      </p>
      <Button variant="secondary-destructive" onClick={() => setAsking(true)}>
        Delete the source…
      </Button>
      <ConfirmByName
        title="Delete the source"
        consequence="Senders are answered 200, as Segment does, and their events are gone. This cannot be undone."
        name={source.name}
        action="Delete"
        open={asking}
        onOpenChange={setAsking}
        onConfirm={async () => {
          await api("DELETE", `/sources/${encodeURIComponent(source.id)}`);
          await navigate({ to: "/sources" });
          queryClient.removeQueries({ queryKey: ["source", source.id] });
          await queryClient.invalidateQueries({ queryKey: ["sources"] });
        }}
      />
    </div>
  );
}
