import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import { PAGE } from "./queries.ts";
import type { Alert, Cost, Health } from "./operate-types.ts";

/** Each look asks every object of the workspace. */
const LOOK_MS = 30_000;
/** While an alert has not been looked at yet, which takes seconds. */
const SOON_MS = 2000;
const COST_MS = 60_000;

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: () => api<{ health: Health }>("GET", "/workspace/health").then((data) => data.health),
  refetchInterval: LOOK_MS,
  staleTime: LOOK_MS / 2,
});

export const costQuery = queryOptions({
  queryKey: ["cost"],
  queryFn: () => api<{ cost: Cost }>("GET", "/workspace/cost").then((data) => data.cost),
  refetchInterval: COST_MS,
  staleTime: COST_MS / 2,
});

export const alertPath = (id: string): string => `/alerts/${encodeURIComponent(id)}`;

export const alertsQuery = queryOptions({
  queryKey: ["alerts"],
  queryFn: () => api<{ alerts: Alert[] }>("GET", `/alerts?pagination[count]=${PAGE}`).then((data) => data.alerts),
  refetchInterval: ({ state: { data = [] } }) =>
    data.some(({ enabled, state }) => enabled && state === undefined) ? SOON_MS : LOOK_MS,
});
