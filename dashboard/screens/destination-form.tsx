import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, ApiError } from "../api/client.ts";
import {
  destinationCatalogQuery,
  destinationQuery,
  destinationsQuery,
  queryClient,
  sourcesQuery,
} from "../api/queries.ts";
import type { Destination } from "../api/types.ts";
import { DeleteRow } from "../parts/delete-row.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { NotFound } from "../parts/page-states.tsx";
import { Page, Section } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { Delivery } from "./destinations/delivery.tsx";
import { Fields } from "./destinations/fields.tsx";

const newRoute = getRouteApi("/shell/destinations/new");
const editRoute = getRouteApi("/shell/destinations/$destinationId");

const BACK = <TextLink href="/destinations">Destinations</TextLink>;

/** Adds a destination to a source. */
export function NewDestination(): ReactNode {
  const { source } = newRoute.useSearch();
  const navigate = useNavigate();
  const catalog = useQuery(destinationCatalogQuery);
  const sources = useQuery(sourcesQuery);
  const create = useMutation({
    mutationFn: (body: object) => api<{ destination: Destination }>("POST", "/destinations", body),
    onSuccess: async ({ destination }) => {
      await queryClient.invalidateQueries({ queryKey: destinationsQuery.queryKey });
      await navigate({ to: "/destinations/$destinationId", params: { destinationId: destination.id } });
    },
  });
  return (
    <Page
      title="Add a destination"
      above={BACK}
      answer="Everything the chosen source accepts from now on is sent there as well."
    >
      <Loaded query={catalog} failure="The catalogue could not be loaded">
        {([definition]) => (
          <Loaded query={sources} failure="The sources could not be loaded">
            {({ sources: list }) =>
              definition === undefined ? (
                "The catalogue is empty."
              ) : (
                <Section title={definition.name} help={definition.description}>
                  <Fields
                    definition={definition}
                    sources={list}
                    firstSource={source}
                    saving={create.isPending}
                    saved={false}
                    error={create.error}
                    onCancel={() => void navigate({ to: "/destinations" })}
                    onSave={(values) => create.mutate({ metadataId: definition.id, ...values })}
                  />
                </Section>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

/** One destination: what it got, how it is configured, and its end. */
export function EditDestination(): ReactNode {
  const { destinationId } = editRoute.useParams();
  const destination = useQuery(destinationQuery(destinationId));
  if (destination.error instanceof ApiError && destination.error.status === 404) return <NotFound />;
  return (
    <Loaded
      query={destination}
      failure="The destination could not be loaded"
      skeleton={
        <Page title="Destination" answer="…">
          {null}
        </Page>
      }
    >
      {(loaded) => <Edit key={loaded.id} destination={loaded} />}
    </Loaded>
  );
}

function Edit({ destination }: { destination: Destination }): ReactNode {
  const catalog = useQuery(destinationCatalogQuery);
  const sources = useQuery(sourcesQuery);
  const path = `/destinations/${encodeURIComponent(destination.id)}`;
  const save = useMutation({
    mutationFn: (body: object) => api("PATCH", path, body),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ["destination", destination.id] }),
        queryClient.invalidateQueries({ queryKey: destinationsQuery.queryKey }),
      ]),
  });
  return (
    <Page
      title={destination.name}
      above={BACK}
      answer={destination.enabled ? "Did it get there, and what failed?" : "Switched off: it receives nothing."}
    >
      <Section title="Last 24 hours">
        <Delivery destinationId={destination.id} />
      </Section>
      <Section title="Configuration" help={`${destination.metadata.name} · id ${destination.id}`}>
        <Loaded query={catalog} failure="The catalogue could not be loaded">
          {(definitions) => {
            const definition = definitions.find((known) => known.id === destination.metadata.id);
            return definition === undefined ? (
              "This version of Inlet does not know this kind of destination."
            ) : (
              <Fields
                definition={definition}
                destination={destination}
                sources={sources.data?.sources ?? []}
                saving={save.isPending}
                saved={save.isSuccess}
                error={save.error}
                onSave={(values, done) => save.mutate(values, { onSuccess: done })}
              />
            );
          }}
        </Loaded>
      </Section>
      <Section title="Delete">
        <Remove destination={destination} path={path} />
      </Section>
    </Page>
  );
}

function Remove({ destination, path }: { destination: Destination; path: string }): ReactNode {
  const navigate = useNavigate();
  return (
    <DeleteRow
      what="destination"
      name={destination.name}
      effect="What is still on its way there is not sent any more."
      consequence="It receives nothing more; events that wait for it are dropped. The archive keeps them."
      onConfirm={async () => {
        await api("DELETE", path);
        await navigate({ to: "/destinations" });
        queryClient.removeQueries({ queryKey: ["destination", destination.id] });
        await queryClient.invalidateQueries({ queryKey: destinationsQuery.queryKey });
      }}
    />
  );
}
