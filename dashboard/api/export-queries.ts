import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, apiText } from "./client.ts";
import type { ExportHour, ExportRun, ExportState, WarehouseTables } from "./export-types.ts";
import { queryClient } from "./queries.ts";

/** How often the state on screen is asked again: while something is under way, and else. */
const BUSY_MS = 2000;
const REST_MS = 10_000;
/** Runs loaded at a time. */
const RUNS = 50;
/** Runs whose notices are added up; each may have hundreds. */
const RECENT = 100;

export const exportsPath = (sourceId: string): string => `/sources/${encodeURIComponent(sourceId)}/exports`;
const exportsKey = (sourceId: string): readonly string[] => ["source", sourceId, "exports"];

/** Whether hours are being made, wait, or are still on their way to somebody. */
export const isBusy = ({ enabled, running, waitingHours, followers }: ExportState): boolean =>
  enabled && (running !== undefined || waitingHours > 0 || followers.some((one) => one.running || one.behind > 0));

export const exportsQuery = (sourceId: string) =>
  queryOptions({
    queryKey: [...exportsKey(sourceId), "state"],
    queryFn: () => api<{ exports: ExportState }>("GET", exportsPath(sourceId)).then((data) => data.exports),
    refetchInterval: ({ state }) => (state.data !== undefined && isBusy(state.data) ? BUSY_MS : REST_MS),
  });

export const tablesQuery = (sourceId: string) =>
  queryOptions({
    queryKey: [...exportsKey(sourceId), "tables"],
    queryFn: () => api<WarehouseTables>("GET", `${exportsPath(sourceId)}/tables`),
  });

/** `from` and `to` are ISO-8601; without `from` all hours there are. */
export const hoursQuery = (sourceId: string, from: string | undefined, to?: string) =>
  queryOptions({
    queryKey: [...exportsKey(sourceId), "hours", from ?? "", to ?? ""],
    queryFn: () =>
      api<{ hours: ExportHour[] }>(
        "GET",
        `${exportsPath(sourceId)}/hours?${search({ startTime: from, endTime: to })}`,
      ).then((data) => data.hours),
    placeholderData: keepPreviousData,
  });

interface RunPage {
  readonly items: readonly ExportRun[];
  readonly next: string | undefined;
}

const readRuns = async (
  sourceId: string,
  target: string | undefined,
  count: number,
  cursor: string,
): Promise<RunPage> => {
  const { runs, pagination } = await api<{ runs: ExportRun[]; pagination: { next?: string } }>(
    "GET",
    `${exportsPath(sourceId)}/runs?${search({
      target,
      "pagination[count]": String(count),
      "pagination[cursor]": cursor === "" ? undefined : cursor,
    })}`,
  );
  return { items: runs, next: pagination.next };
};

/** The sync history, the newest run first; `target` undefined for all. */
export const runsQuery = (sourceId: string, target: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [...exportsKey(sourceId), "runs", target ?? ""],
    queryFn: ({ pageParam }) => readRuns(sourceId, target, RUNS, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });

/** The newest runs that made hours: how the last one ended. */
export const lastRunsQuery = (sourceId: string) =>
  queryOptions({
    queryKey: [...exportsKey(sourceId), "last runs"],
    queryFn: () => readRuns(sourceId, "lake", 2, "").then(({ items }) => items),
    refetchInterval: REST_MS,
  });

/** The newest runs that made hours: what was lost in which column. */
export const lakeRunsQuery = (sourceId: string) =>
  queryOptions({
    queryKey: [...exportsKey(sourceId), "lake runs"],
    queryFn: () => readRuns(sourceId, "lake", RECENT, "").then(({ items }) => items),
  });

export interface StatementQuestion {
  readonly dialect: string;
  readonly as: string;
  readonly base: string;
  /** Undefined for all. */
  readonly table: string | undefined;
  readonly files: string | undefined;
}

export const statementsPath = (sourceId: string, question: StatementQuestion): string =>
  `${exportsPath(sourceId)}/statements?${search({ ...question })}`;

/** A script for an engine, as text. A refusal names the parameter that does not fit. */
export const statementsQuery = (sourceId: string, question: StatementQuestion) =>
  queryOptions({
    queryKey: [...exportsKey(sourceId), "statements", question],
    queryFn: () => apiText(statementsPath(sourceId, question)),
    placeholderData: keepPreviousData,
  });

/** After something was asked for or changed. */
export const refreshExports = (sourceId: string): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: exportsKey(sourceId) });

const search = (given: Readonly<Record<string, string | undefined>>): URLSearchParams =>
  new URLSearchParams(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
