import { MutationCache, QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ApiError } from "./client.ts";
import type { DeliveryReport } from "./delivery-types.ts";
import type {
  Destination,
  Lookup,
  Pagination,
  Session,
  Setup,
  Source,
  Token,
  Workspace,
  WorkspaceVolume,
} from "./types.ts";

const DAY_MINUTES = 1440;
/** The control plane's largest page. */
export const PAGE = 1000;

let signedOut: () => void = () => {};

/** Called whenever the control plane says that nobody is signed in (any more). */
export const onSignedOut = (listener: () => void): void => {
  signedOut = listener;
};

const notice = (error: Error): void => {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  queryClient.removeQueries({ queryKey: ["session"] });
  signedOut();
};

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: notice }),
  mutationCache: new MutationCache({ onError: notice }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      // A refusal will not change by asking again; a failure may.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => api<{ session: Session }>("GET", "/session").then((data) => data.session),
  staleTime: 60_000,
});

export const workspaceQuery = queryOptions({
  queryKey: ["workspace"],
  queryFn: () => api<Workspace>("GET", "/"),
  staleTime: 60_000,
});

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: () => api<{ sources: Source[]; pagination: Pagination }>("GET", `/sources?pagination[count]=${PAGE}`),
});

export const sourceQuery = (sourceId: string) =>
  queryOptions({
    queryKey: ["source", sourceId],
    queryFn: () =>
      api<{ source: Source }>("GET", `/sources/${encodeURIComponent(sourceId)}`).then((data) => data.source),
  });

export const setupQuery = (sourceId: string) =>
  queryOptions({
    queryKey: ["source", sourceId, "setup"],
    queryFn: () =>
      api<{ setup: Setup }>("GET", `/sources/${encodeURIComponent(sourceId)}/setup`).then((data) => data.setup),
  });

export const workspaceVolumeQuery = queryOptions({
  queryKey: ["volume"],
  queryFn: () => api<WorkspaceVolume>("GET", `/volume?minutes=${DAY_MINUTES}`),
  refetchInterval: 10_000,
});

export const lookupQuery = (sourceId: string, messageId: string) =>
  queryOptions({
    queryKey: ["source", sourceId, "lookup", messageId],
    queryFn: () =>
      api<{ lookup: Lookup | null }>(
        "GET",
        `/sources/${encodeURIComponent(sourceId)}/lookup/${encodeURIComponent(messageId)}`,
      ).then((data) => data.lookup),
  });

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => api<{ tokens: Token[] }>("GET", "/tokens").then((data) => data.tokens),
});

export const destinationsQuery = queryOptions({
  queryKey: ["destinations"],
  queryFn: () =>
    api<{ destinations: Destination[] }>("GET", `/destinations?metadata=brief&pagination[count]=${PAGE}`).then(
      (data) => data.destinations,
    ),
});

export const destinationQuery = (id: string) =>
  queryOptions({
    queryKey: ["destination", id],
    queryFn: () =>
      api<{ destination: Destination }>("GET", `/destinations/${encodeURIComponent(id)}`).then(
        (data) => data.destination,
      ),
  });

export const deliveryMetricsQuery = (id: string) =>
  queryOptions({
    queryKey: ["destination", id, "metrics"],
    queryFn: () =>
      api<{ metrics: DeliveryReport }>(
        "GET",
        `/destinations/${encodeURIComponent(id)}/delivery-metrics?minutes=${DAY_MINUTES}`,
      ).then((data) => data.metrics),
    refetchInterval: 10_000,
  });
