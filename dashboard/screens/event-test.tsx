import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { subscriptionsQuery } from "../api/destination-queries.ts";
import { destinationQuery } from "../api/queries.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { Tester } from "./event-test/tester.tsx";

const route = getRouteApi("/shell/destinations/$destinationId/test");

/** What would become of one event? */
export function EventTestScreen(): ReactNode {
  const { destinationId } = route.useParams();
  const destination = useQuery(destinationQuery(destinationId));
  const mappings = useQuery(subscriptionsQuery(destinationId));
  return (
    <Page
      wide
      title="Test"
      answer="What would become of one event? It skips filters and consent, and counts nowhere: only the tool sees it, if it is sent."
    >
      <Loaded query={destination} failure="The destination could not be loaded">
        {(loaded) => (
          <Loaded query={mappings} failure="The mappings could not be loaded">
            {(list) => <Tester key={loaded.id} destination={loaded} mappings={list} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}
