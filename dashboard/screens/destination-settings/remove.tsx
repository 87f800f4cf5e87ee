import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { destinationPath } from "../../api/destination-queries.ts";
import { destinationsQuery, queryClient } from "../../api/queries.ts";
import type { Destination } from "../../api/types.ts";
import { DeleteRow } from "../../parts/delete-row.tsx";

export function Remove({ destination }: { destination: Destination }): ReactNode {
  const navigate = useNavigate();
  return (
    <DeleteRow
      what="destination"
      name={destination.name}
      effect="What is still on its way there is not sent any more. Its mappings and filters go with it."
      consequence="It receives nothing more; events that wait for it are dropped. The archive keeps them."
      onConfirm={async () => {
        await api("DELETE", destinationPath(destination.id));
        await navigate({ to: "/destinations" });
        queryClient.removeQueries({ queryKey: ["destination", destination.id] });
        await queryClient.invalidateQueries({ queryKey: destinationsQuery.queryKey });
      }}
    />
  );
}
