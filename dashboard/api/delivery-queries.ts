import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type RangeId, rangeOf, windowOf } from "../logic/delivery-range.ts";
import { isUntouched, matching } from "../logic/dead-letters.ts";
import { api } from "./client.ts";
import { destinationPath } from "./destination-queries.ts";
import { PAGE } from "./queries.ts";
import type {
  DeliveryReport,
  Filter,
  Letter,
  LetterCriteria,
  LetterObject,
  OverviewMetric,
  OverviewRow,
  Resend,
  TraceAnswer,
} from "./delivery-types.ts";

/** How often a report on screen is loaded again. */
const REPORT_MS = 5000;
/** Objects of dead letters, and events of one, loaded at a time. */
const LETTERS = 30;
const EVENTS = 20;

const times = (range: RangeId): Record<string, string> => {
  const now = Date.now();
  const { granularity } = rangeOf(range);
  return {
    startTime: new Date(windowOf(range, now).from).toISOString(),
    endTime: new Date(now).toISOString(),
    granularity,
  };
};

/** A destination's figures, errors and state in a range that ends now. */
export const reportQuery = (id: string, range: RangeId) =>
  queryOptions({
    queryKey: ["destination", id, "report", range],
    queryFn: () =>
      api<{ metrics: DeliveryReport }>(
        "GET",
        `${destinationPath(id)}/delivery-metrics?${new URLSearchParams(times(range))}`,
      ).then((data) => data.metrics),
    refetchInterval: REPORT_MS,
    placeholderData: keepPreviousData,
  });

export interface OverviewQuestion {
  readonly destinationId: string;
  readonly sourceIds: readonly string[];
  readonly range: RangeId;
  readonly groupBy: "discardReason" | "eventType,eventName";
  readonly subscriptionId?: string | undefined;
}

/** One step of the pipeline in groups, the events of all sources of the destination together. */
export const overviewQuery = (metric: OverviewMetric, question: OverviewQuestion) =>
  queryOptions({
    queryKey: ["destination", question.destinationId, "overview", metric, question],
    queryFn: () =>
      Promise.all(question.sourceIds.map((sourceId) => overviewOf(metric, sourceId, question))).then((all) =>
        all.flat(),
      ),
    refetchInterval: REPORT_MS,
    placeholderData: keepPreviousData,
  });

async function overviewOf(
  metric: OverviewMetric,
  sourceId: string,
  question: OverviewQuestion,
): Promise<OverviewRow[]> {
  const { destinationId, range, groupBy, subscriptionId } = question;
  const ofSource = metric === "successfully-received";
  const params = new URLSearchParams({ sourceId, ...times(range), groupBy, "pagination[count]": "200" });
  if (!ofSource) params.set("destinationConfigId", destinationId);
  if (!ofSource && subscriptionId !== undefined) params.set("subscriptionId", subscriptionId);
  return (await api<{ dataset: OverviewRow[] }>("GET", `/delivery-overview/${metric}?${params}`)).dataset;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

export const deadLettersKey = (id: string): readonly string[] => ["destination", id, "dead-letters"];

/** What was given up, the newest first. */
export const deadLettersQuery = (id: string, criteria: LetterCriteria) =>
  infiniteQueryOptions({
    queryKey: [...deadLettersKey(id), criteria],
    queryFn: async ({ pageParam }): Promise<Page<LetterObject>> => {
      const { deadLetters, pagination } = await api<{
        deadLetters: LetterObject[];
        pagination: { next?: string };
      }>("GET", `${destinationPath(id)}/dead-letters?${search({ ...criteria, ...page(LETTERS, pageParam) })}`);
      return { items: deadLetters, next: pagination.next };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

export interface LetterCount {
  readonly lines: number;
  /** In objects of which no re-send has taken anything. */
  readonly untouched: number;
  /** There are more than were counted. */
  readonly more: boolean;
}

/** How many deliveries the criteria mean, as far as one page of objects tells. */
export async function countLetters(id: string, criteria: LetterCriteria): Promise<LetterCount> {
  const { deadLetters, pagination } = await api<{ deadLetters: LetterObject[]; pagination: { next?: string } }>(
    "GET",
    `${destinationPath(id)}/dead-letters?${search({ ...criteria, ...page(PAGE, "") })}`,
  );
  const sum = (objects: readonly LetterObject[]): number =>
    objects.reduce((total, object) => total + matching(object, criteria), 0);
  return {
    lines: sum(deadLetters),
    untouched: sum(deadLetters.filter(isUntouched)),
    more: pagination.next !== undefined,
  };
}

/** The events of one object of dead letters. */
export const lettersQuery = (id: string, key: string) =>
  infiniteQueryOptions({
    queryKey: [...deadLettersKey(id), "lines", key],
    queryFn: async ({ pageParam }): Promise<Page<Letter>> => {
      const { letters, pagination } = await api<{ letters: Letter[]; pagination: { next?: string } }>(
        "GET",
        `${destinationPath(id)}/dead-letters/lines?${search({ key, ...page(EVENTS, pageParam) })}`,
      );
      return { items: letters, next: pagination.next };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    // What is written there never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

const page = (count: number, cursor: string): Record<string, string> => ({
  "pagination[count]": String(count),
  ...(cursor === "" ? {} : { "pagination[cursor]": cursor }),
});

const search = (given: Readonly<Record<string, string | undefined>>): URLSearchParams =>
  new URLSearchParams(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** Re-sends, the newest first; asked often while one is under way. */
export const resendsQuery = (id: string) =>
  queryOptions({
    queryKey: ["destination", id, "resends"],
    queryFn: () => api<{ resends: Resend[] }>("GET", `${destinationPath(id)}/resends`).then((data) => data.resends),
    refetchInterval: ({ state }) => (state.data?.some((one) => one.opening || one.waiting > 0) ? 2000 : REPORT_MS),
  });

/** Segment's own path: in the singular. */
export const filterPath = (destinationId: string, filterId?: string): string =>
  `/destination/${encodeURIComponent(destinationId)}/filters${filterId === undefined ? "" : `/${encodeURIComponent(filterId)}`}`;

export const filtersQuery = (destinationId: string) =>
  queryOptions({
    queryKey: ["destination", destinationId, "filters"],
    queryFn: () =>
      api<{ filters: Filter[] }>("GET", `${filterPath(destinationId)}?pagination[count]=200`).then(
        (data) => data.filters,
      ),
  });

/** The path of one event. While `pending` says that more is to come, it is asked again every few seconds. */
export const traceQuery = (
  messageId: string,
  sourceId: string | undefined,
  pending: (answer: TraceAnswer) => boolean,
) =>
  queryOptions({
    queryKey: ["trace", messageId, sourceId ?? ""],
    queryFn: () => api<TraceAnswer>("GET", `/trace/${encodeURIComponent(messageId)}?${search({ sourceId })}`),
    refetchInterval: ({ state }) => (state.data !== undefined && pending(state.data) ? 2000 : false),
  });
