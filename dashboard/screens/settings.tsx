import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { sourceQuery } from "../api/queries.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Page, Section } from "../parts/page.tsx";
import { Batching, RateAndOrigins, ServerCookie } from "./settings/collecting.tsx";
import { DeleteSource } from "./settings/delete-source.tsx";
import { General } from "./settings/general.tsx";
import { Retention } from "./settings/retention.tsx";
import { Archive, Dedup, Shards } from "./settings/storing.tsx";
import { WriteKeys } from "./settings/write-keys.tsx";

const route = getRouteApi("/shell/sources/$sourceId/settings");

/** Rules of this source. */
export function SettingsScreen(): ReactNode {
  const { sourceId } = route.useParams();
  const source = useQuery(sourceQuery(sourceId));
  return (
    <Page title="Settings" answer="The rules of this source. The collecting edge follows a change within seconds.">
      <Loaded query={source} failure="The settings could not be loaded">
        {(loaded) => (
          <div key={loaded.id} className="flex flex-col">
            <Section title="General">
              <General source={loaded} />
            </Section>
            <Section
              title="Write keys"
              help="A write key is public: it says which source an event belongs to. To replace one, add another, move the senders, then revoke the old one."
            >
              <WriteKeys source={loaded} />
            </Section>
            <Section title="Who may send" help="Both are off by default: a write key is enough.">
              <RateAndOrigins source={loaded} />
            </Section>
            <Section
              title="Batching"
              help="How analytics.js and other libraries that read the hosted settings send. Batches are the largest saving there is: ten events a call cost about a tenth of ten calls."
            >
              <Batching source={loaded} />
            </Section>
            <Section
              title="Server-set cookie"
              help="Safari deletes cookies that scripts set after seven days. This one is set by the collector and lives a year, when it is reached under the site's own domain."
            >
              <ServerCookie source={loaded} />
            </Section>
            <Section
              title="Duplicates"
              help="Libraries repeat a call until it is answered. A copy within the window is counted, not stored."
            >
              <Dedup source={loaded} />
            </Section>
            <Section
              title="Shards"
              help="Each shard is one object that stores this source's events, one commit at a time. More of them take more at once, but make more and smaller files, so take the fewest that suffice; one suffices for most."
            >
              <Shards source={loaded} />
            </Section>
            <Section
              title="Retention"
              help="How long the archive keeps this source’s events: the events themselves, not the tables made of them."
            >
              <Retention source={loaded} />
            </Section>
            <Section
              title="Archive"
              help="When events that are already durable move on to the archive, and from there to destinations."
            >
              <Archive source={loaded} />
            </Section>
            <Section title="Delete">
              <DeleteSource source={loaded} />
            </Section>
          </div>
        )}
      </Loaded>
    </Page>
  );
}
