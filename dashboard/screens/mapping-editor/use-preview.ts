import { runTrial } from "../../api/destination-queries.ts";
import type { ActionKind, TrialAnswer } from "../../api/types.ts";
import type { Json } from "../../logic/event-choice.ts";
import { bodyOf, type MappingDraft } from "../../logic/mapping-draft.ts";
import { useTrial } from "../../parts/use-trial.ts";

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
  action: ActionKind,
  event: Json | undefined,
  complete: boolean,
): PreviewState {
  const { actionId, trigger, settings } = bodyOf(draft, action);
  const stuck = !complete || event === undefined;
  const question = stuck ? undefined : JSON.stringify({ actionId, trigger, settings, event });
  const { query, working } = useTrial([destinationId], question, (asked) =>
    runTrial(destinationId, {
      ...(JSON.parse(asked) as { actionId: string; trigger: string; settings: object; event: unknown }),
      dryRun: true,
    }),
  );
  return {
    report: query.data,
    error: query.isPlaceholderData ? null : query.error,
    working,
    stuck,
    retry: () => void query.refetch(),
  };
}
