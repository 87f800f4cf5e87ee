import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { isMoving } from "../logic/replays.ts";
import { api } from "./client.ts";
import { queryClient } from "./queries.ts";
import type { ArchivedDay, ListedReplay, NewReplay, ReplayAction, ReplayAnswer } from "./replay-types.ts";

/** How often a replay that moves is asked for, a list that has one, and whatever only another person would move. */
const CHECKING_MS = 1000;
const RUNNING_MS = 2000;
const REST_MS = 15_000;
/** Replays loaded at a time. */
const REPLAYS = 50;
/** Days of the archive that the form knows of. */
const DAYS = 400;

const replayPath = (id: string): string => `/replays/${encodeURIComponent(id)}`;
const LIST = ["replays"] as const;

export interface ReplayCriteria {
  readonly sourceId: string | undefined;
  readonly destinationId: string | undefined;
}

/** Replays, the newest first. */
export const replaysQuery = ({ sourceId, destinationId }: ReplayCriteria) =>
  infiniteQueryOptions({
    queryKey: [...LIST, sourceId ?? "", destinationId ?? ""],
    queryFn: async ({ pageParam }) => {
      const asked = {
        sourceId,
        destinationId,
        "pagination[count]": String(REPLAYS),
        "pagination[cursor]": pageParam === "" ? undefined : pageParam,
      };
      const { replays, pagination } = await api<{ replays: ListedReplay[]; pagination: { next?: string } }>(
        "GET",
        `/replays?${search(asked)}`,
      );
      return { items: replays, next: pagination.next };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isMoving)) === true ? RUNNING_MS : REST_MS,
  });

/** One replay with its report; asked for often while it moves. */
export const replayQuery = (id: string) =>
  queryOptions({
    queryKey: ["replay", id],
    queryFn: () => api<ReplayAnswer>("GET", replayPath(id)),
    refetchInterval({ state }) {
      if (state.data === undefined) return false;
      const { replay } = state.data;
      if (isMoving(replay)) return replay.status === "checking" ? CHECKING_MS : RUNNING_MS;
      return replay.status === "finished" || replay.status === "cancelled" ? false : REST_MS;
    },
  });

export async function createReplay(asked: NewReplay): Promise<ReplayAnswer> {
  const answer = await api<ReplayAnswer>("POST", "/replays", asked);
  return remember(answer);
}

export async function actOnReplay(id: string, action: ReplayAction): Promise<ReplayAnswer> {
  try {
    return await remember(await api<ReplayAnswer>("POST", `${replayPath(id)}/${action}`, {}));
  } catch (error) {
    // What is refused has mostly become something else meanwhile, by another hand.
    void queryClient.invalidateQueries({ queryKey: replayQuery(id).queryKey });
    throw error;
  }
}

/** What was just answered is the newest there is; lists have to ask again. */
async function remember(answer: ReplayAnswer): Promise<ReplayAnswer> {
  const { queryKey } = replayQuery(answer.replay.id);
  // An older question may still be on its way, and would be answered with what was before.
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData(queryKey, answer);
  void queryClient.invalidateQueries({ queryKey: LIST });
  return answer;
}

/** What arrived at a source by the day, the newest first. */
export const archivedDaysQuery = (sourceId: string) =>
  queryOptions({
    queryKey: ["source", sourceId, "archived days"],
    queryFn: () =>
      api<{ days: ArchivedDay[] }>(
        "GET",
        `/sources/${encodeURIComponent(sourceId)}/archive/days?${search({ "pagination[count]": String(DAYS) })}`,
      ).then((data) => data.days),
    staleTime: 30_000,
  });

const search = (given: Readonly<Record<string, string | undefined>>): URLSearchParams =>
  new URLSearchParams(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
