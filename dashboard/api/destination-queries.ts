import { queryOptions } from "@tanstack/react-query";
import type { DebuggerEntry } from "../../src/core/debugger.ts";
import { api } from "./client.ts";
import { destinationsQuery, PAGE, queryClient } from "./queries.ts";
import type { DestinationKind, KindSummary, Subscription, TrialAnswer } from "./types.ts";

/** Kinds change only with a new version of Inlet. */
const KIND_STALE_MS = 600_000;
/** Recent events that a preview can be made of. */
const RECENT = 50;

export const destinationPath = (id: string): string => `/destinations/${encodeURIComponent(id)}`;

export const subscriptionPath = (destinationId: string, id: string): string =>
  `${destinationPath(destinationId)}/subscriptions/${encodeURIComponent(id)}`;

/** Every kind of destination, as far as a list shows it. */
export const kindsQuery = queryOptions({
  queryKey: ["kinds"],
  queryFn: () => api<{ kinds: KindSummary[] }>("GET", "/catalog/destination-index").then((data) => data.kinds),
  staleTime: KIND_STALE_MS,
});

/** One kind with its settings, actions and presets. */
export const kindQuery = (id: string) =>
  queryOptions({
    queryKey: ["kind", id],
    queryFn: () =>
      api<{ kind: DestinationKind }>("GET", `/catalog/destination-index/${encodeURIComponent(id)}`).then(
        (data) => data.kind,
      ),
    staleTime: KIND_STALE_MS,
  });

export const subscriptionsQuery = (destinationId: string) =>
  queryOptions({
    queryKey: ["destination", destinationId, "subscriptions"],
    queryFn: () =>
      api<{ subscriptions: Subscription[] }>(
        "GET",
        `${destinationPath(destinationId)}/subscriptions?pagination[count]=${PAGE}`,
      ).then((data) => data.subscriptions),
  });

/** The newest accepted events of a source that the debugger's sample holds. */
export const recentEventsQuery = (sourceId: string) =>
  queryOptions({
    queryKey: ["source", sourceId, "recent"],
    queryFn: () =>
      api<{ entries: DebuggerEntry[] }>(
        "GET",
        `/sources/${encodeURIComponent(sourceId)}/debugger?status=accepted&count=${RECENT}`,
      ).then((data) => data.entries),
  });

/** What a trial is made of: a stored mapping, or one that is being edited. */
export type Trial = { readonly event: unknown; readonly dryRun: boolean } & (
  | { readonly subscriptionId: string }
  | { readonly actionId: string; readonly trigger: string; readonly settings: object }
);

/** Maps one event, and sends it unless it is a dry run; the answer is also what went wrong. */
export const runTrial = (destinationId: string, trial: Trial): Promise<TrialAnswer> =>
  api<{ test: TrialAnswer }>("POST", `${destinationPath(destinationId)}/test`, trial).then((data) => data.test);

/** Reads everything about a destination again, and the list that names it. */
export const refreshDestination = (id: string): Promise<unknown> =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: ["destination", id] }),
    queryClient.invalidateQueries({ queryKey: destinationsQuery.queryKey }),
  ]);
