import type { ReactNode } from "react";
import { destinationPath } from "../../api/destination-queries.ts";
import { destinationsQuery } from "../../api/queries.ts";
import type { Destination } from "../../api/types.ts";
import { DeleteRow } from "../../parts/delete-row.tsx";

export const Remove = ({ destination }: { destination: Destination }): ReactNode => (
  <DeleteRow
    what="destination"
    name={destination.name}
    effect="What is still on its way there is not sent any more. Its mappings and filters go with it."
    consequence="It receives nothing more; events that wait for it are dropped. The archive keeps them."
    path={destinationPath(destination.id)}
    known={["destination", destination.id]}
    list={{ page: "/destinations", queryKey: destinationsQuery.queryKey }}
  />
);
