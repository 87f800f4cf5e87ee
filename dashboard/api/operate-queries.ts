import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import type { Cost, Health } from "./operate-types.ts";

/** Each look asks every object of the workspace. */
const LOOK_MS = 30_000;
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
