import { keepPreviousData, type QueryKey, skipToken, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useRested } from "./use-rested.ts";

/** How long the typing rests before it is tried. */
const REST_MS = 400;

interface Trial<Answer> {
  /** While a new answer is on its way, this holds the one before. */
  readonly query: UseQueryResult<Answer>;
  readonly working: boolean;
}

/** Asks the collector what it makes of a draft; `question` is JSON, `undefined` while the draft is not complete. */
export function useTrial<Answer>(
  about: QueryKey,
  question: string | undefined,
  ask: (question: string) => Promise<Answer>,
): Trial<Answer> {
  const rested = useRested(question, REST_MS);
  const query = useQuery({
    queryKey: ["trial", ...about, rested],
    queryFn: rested === undefined ? skipToken : () => ask(rested),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return { query, working: question !== undefined && (query.isFetching || rested !== question) };
}
