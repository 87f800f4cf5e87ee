import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { kindQuery } from "../api/destination-queries.ts";
import { destinationQuery, sourcesQuery } from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Bar } from "../parts/page-states.tsx";
import { Page, Section } from "../parts/page.tsx";
import { Consent } from "./destination-settings/consent.tsx";
import { General } from "./destination-settings/general.tsx";
import { Remove } from "./destination-settings/remove.tsx";
import { Running } from "./destination-settings/running.tsx";

/** Fetched while the settings are: the page's frame does not wait for it. */
const connection = import("./destination-settings/connection.tsx");
const Connection = lazy(() => connection);

const route = getRouteApi("/shell/destinations/$destinationId/settings");

/** How is it connected? */
export function DestinationSettings(): ReactNode {
  const { destinationId } = route.useParams();
  const destination = useQuery(destinationQuery(destinationId));
  return (
    <Page title="Settings" answer="Where it gets events from, how it is connected, and whether it runs.">
      <Loaded query={destination} failure="The settings could not be loaded">
        {(loaded) => <Parts key={loaded.id} destination={loaded} />}
      </Loaded>
    </Page>
  );
}

function Parts({ destination }: { destination: Destination }): ReactNode {
  const kind = useQuery(kindQuery(destination.metadata.id));
  const sources = useQuery(sourcesQuery);
  return (
    <div className="flex flex-col">
      <Section title="General" help={`${destination.metadata.name} · id ${destination.id}`}>
        <Loaded query={sources} failure="The sources could not be loaded">
          {({ sources: list }) => <General destination={destination} sources={list} />}
        </Loaded>
      </Section>
      <Section title="Connection" help="Changes are used from the next delivery on.">
        <Loaded query={kind} failure="The settings of its kind could not be loaded">
          {(loaded) => (
            <Suspense fallback={<Bar className="w-60" />}>
              <Connection destination={destination} kind={loaded} />
            </Suspense>
          )}
        </Loaded>
      </Section>
      <Section
        title="Consent"
        help="Events say in context.consent what their visitor agreed to. Those without consent to every category named here are not sent."
      >
        <Consent destination={destination} />
      </Section>
      <Section title="Running">
        <Running destination={destination} />
      </Section>
      <Section title="Delete">
        <Remove destination={destination} />
      </Section>
    </div>
  );
}
