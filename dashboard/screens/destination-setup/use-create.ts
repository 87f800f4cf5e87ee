import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, ApiError } from "../../api/client.ts";
import { destinationPath, subscriptionPath, subscriptionsQuery } from "../../api/destination-queries.ts";
import { destinationsQuery, queryClient } from "../../api/queries.ts";
import type { Destination, DestinationKind, PresetKind, Subscription } from "../../api/types.ts";

interface NewDestination {
  readonly name: string;
  readonly sourceIds: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Places in the kind's presets. */
  readonly presets: readonly number[];
}

/** Presets for Segment's own products name no trigger; all of their events are track calls. */
const DEFAULT_TRIGGER = 'type = "track"';

/**
 * Makes a destination, switches the chosen mappings on, and goes to where the first delivery will show; without a
 * mapping, to where one is chosen.
 */
export function useCreate(kind: DestinationKind) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ presets, ...values }: NewDestination): Promise<Created> => {
      const body = { ...values, metadataId: kind.id, enabled: true };
      const { destination } = await api<{ destination: Destination }>("POST", "/destinations", body);
      const choices = kind.presets.map((preset, place) => ({ preset, wanted: presets.includes(place) }));
      try {
        await chooseMappings(destination.id, choices);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return { destination, problem: error.message };
      }
      return { destination };
    },
    onSuccess: async ({ destination, problem }, { presets }) => {
      await queryClient.invalidateQueries({ queryKey: destinationsQuery.queryKey });
      if (problem !== undefined) return;
      const params = { destinationId: destination.id };
      if (presets.length > 0) await navigate({ to: "/destinations/$destinationId/delivery", params });
      else await navigate({ to: "/destinations/$destinationId/mappings", params, search: { add: "1" } });
    },
  });
}

/** `problem`: it exists, but not all of its mappings are as they were chosen. */
interface Created {
  readonly destination: Destination;
  readonly problem?: string;
}

interface Choice {
  readonly preset: PresetKind;
  readonly wanted: boolean;
}

/** The collector made the automatic ones; they are switched as chosen, and what else was chosen is made. */
async function chooseMappings(destinationId: string, choices: readonly Choice[]): Promise<void> {
  const made = await queryClient.fetchQuery({ ...subscriptionsQuery(destinationId), staleTime: 0 });
  for (const { preset, wanted } of choices) {
    const existing = made.find((one) => one.name === preset.name && one.actionId === preset.actionId);
    if (existing !== undefined) await switchTo(destinationId, existing, wanted);
    else if (wanted) await make(destinationId, preset);
  }
  await queryClient.invalidateQueries({ queryKey: subscriptionsQuery(destinationId).queryKey });
}

async function switchTo(destinationId: string, { id, enabled }: Subscription, wanted: boolean): Promise<void> {
  if (enabled !== wanted) await api("PATCH", subscriptionPath(destinationId, id), { input: { enabled: wanted } });
}

const make = (destinationId: string, { actionId, name, trigger, mapping }: PresetKind): Promise<unknown> =>
  api("POST", `${destinationPath(destinationId)}/subscriptions`, {
    actionId,
    name,
    trigger: trigger ?? DEFAULT_TRIGGER,
    settings: mapping,
    enabled: true,
  });
