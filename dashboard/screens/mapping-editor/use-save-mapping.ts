import { useMutation } from "@tanstack/react-query";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { api } from "../../api/client.ts";
import { destinationPath, subscriptionPath, subscriptionsQuery } from "../../api/destination-queries.ts";
import { queryClient } from "../../api/queries.ts";
import type { bodyOf } from "../../logic/mapping-draft.ts";

type Body = ReturnType<typeof bodyOf>;

/** Saves a mapping, and asks before an edited one is left. A new one leads back to the list. */
export function useSaveMapping(destinationId: string, subscriptionId: string | undefined, dirty: boolean) {
  const navigate = useNavigate();
  const leaving = useRef(false);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty &&
      !leaving.current &&
      current.pathname !== next.pathname &&
      !window.confirm("Leave without saving the mapping?"),
    enableBeforeUnload: () => dirty && !leaving.current,
  });
  const leave = (): void => {
    leaving.current = true;
    void navigate({ to: "/destinations/$destinationId/mappings", params: { destinationId } });
  };
  const save = useMutation({
    mutationFn: async ({ actionId, ...body }: Body) => {
      if (subscriptionId !== undefined)
        return api("PATCH", subscriptionPath(destinationId, subscriptionId), { input: body });
      return api("POST", `${destinationPath(destinationId)}/subscriptions`, { actionId, ...body });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: subscriptionsQuery(destinationId).queryKey });
      if (subscriptionId === undefined) leave();
    },
  });
  return { ...save, leave };
}
