import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { runTrial } from "../../api/destination-queries.ts";
import type { TrialAnswer } from "../../api/types.ts";
import type { Json } from "../../logic/event-choice.ts";
import { bodyOf, type MappingDraft } from "../../logic/mapping-draft.ts";

/** How long the typing rests before it is tried. */
const REST_MS = 500;

export interface PreviewState {
  readonly report: TrialAnswer | undefined;
  readonly error: Error | null;
  /** What is shown is of an earlier draft, and a new answer is on its way. */
  readonly working: boolean;
  /** Nothing can be tried: the event or a field is not complete. */
  readonly stuck: boolean;
  readonly retry: () => void;
}

/** What the collector makes of `event` with the mapping as it is being edited; nothing is sent. */
export function usePreview(
  destinationId: string,
  draft: MappingDraft,
  event: Json | undefined,
  complete: boolean,
): PreviewState {
  const { actionId, trigger, settings } = bodyOf(draft);
  const now = JSON.stringify({ actionId, trigger, settings, event });
  const [rested, setRested] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setRested(now), REST_MS);
    return () => clearTimeout(timer);
  }, [now]);
  const query = useQuery({
    queryKey: ["preview", destinationId, rested],
    enabled: complete && event !== undefined,
    queryFn: () =>
      runTrial(destinationId, {
        ...(JSON.parse(rested) as { actionId: string; trigger: string; settings: object; event: unknown }),
        dryRun: true,
      }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return {
    report: query.data,
    error: query.isPlaceholderData ? null : query.error,
    working: complete && event !== undefined && (query.isFetching || rested !== now),
    stuck: !complete || event === undefined,
    retry: () => void query.refetch(),
  };
}
