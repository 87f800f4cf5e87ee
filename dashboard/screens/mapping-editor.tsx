import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { kindQuery, subscriptionsQuery } from "../api/destination-queries.ts";
import { destinationQuery } from "../api/queries.ts";
import type { Destination, DestinationKind } from "../api/types.ts";
import { mappingDraft, newMappingDraft } from "../logic/mapping-draft.ts";
import { Loaded } from "../parts/loaded.tsx";
import { NotFound, PageSkeleton } from "../parts/page-states.tsx";
import type { EventSearch } from "../parts/use-event.ts";

/** Fetched while its data is: the page's frame does not wait for it. */
const editor = import("./mapping-editor/editor.tsx");
const Editor = lazy(() => editor);

const newRoute = getRouteApi("/shell/destinations/$destinationId/mappings/new");
const editRoute = getRouteApi("/shell/destinations/$destinationId/mappings/$subscriptionId");

/** Begins with a preset or with the default fields of an action, as the address says. */
export function NewMapping(): ReactNode {
  const { destinationId } = newRoute.useParams();
  const { action, preset, source, event } = newRoute.useSearch();
  const navigate = newRoute.useNavigate();
  const pick = (next: EventSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  return (
    <WithKind destinationId={destinationId}>
      {(destination, kind) => {
        const draft = newMappingDraft(kind, { action, preset });
        return draft === undefined ? (
          <NotFound />
        ) : (
          <Editor
            key={`${action} ${preset}`}
            destination={destination}
            kind={kind}
            saved={draft}
            search={searchOf(source, event)}
            onSearch={pick}
          />
        );
      }}
    </WithKind>
  );
}

export function EditMapping(): ReactNode {
  const { destinationId, subscriptionId } = editRoute.useParams();
  const { source, event } = editRoute.useSearch();
  const navigate = editRoute.useNavigate();
  const mappings = useQuery(subscriptionsQuery(destinationId));
  const pick = (next: EventSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  return (
    <WithKind destinationId={destinationId}>
      {(destination, kind) => (
        <Loaded query={mappings} failure="The mapping could not be loaded">
          {(list) => {
            const mapping = list.find(({ id }) => id === subscriptionId);
            return mapping === undefined ? (
              <NotFound />
            ) : (
              <Editor
                key={mapping.id}
                destination={destination}
                kind={kind}
                saved={mappingDraft(mapping)}
                subscriptionId={mapping.id}
                search={searchOf(source, event)}
                onSearch={pick}
              />
            );
          }}
        </Loaded>
      )}
    </WithKind>
  );
}

const searchOf = (source: string | undefined, event: string | undefined): EventSearch => ({
  ...(source === undefined ? {} : { source }),
  ...(event === undefined ? {} : { event }),
});

interface WithKindProps {
  readonly destinationId: string;
  readonly children: (destination: Destination, kind: DestinationKind) => ReactNode;
}

function WithKind({ destinationId, children }: WithKindProps): ReactNode {
  const destination = useQuery(destinationQuery(destinationId));
  const kindId = destination.data?.metadata.id;
  const kind = useQuery({ ...kindQuery(kindId ?? ""), enabled: kindId !== undefined });
  return (
    <Loaded query={destination} failure="The destination could not be loaded">
      {(loaded) => (
        <Loaded query={kind} failure="Its actions could not be loaded">
          {(ofKind) => <Suspense fallback={<PageSkeleton />}>{children(loaded, ofKind)}</Suspense>}
        </Loaded>
      )}
    </Loaded>
  );
}
