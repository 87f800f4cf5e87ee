import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { subscriptionPath, subscriptionsQuery } from "../../api/destination-queries.ts";
import { queryClient } from "../../api/queries.ts";
import type { Subscription } from "../../api/types.ts";
import { triggerWords } from "../../logic/trigger-words.ts";
import { SwitchedRow } from "../../parts/switched-row.tsx";

interface MappingRowProps {
  readonly mapping: Subscription;
  /** What the action is called. */
  readonly action: string;
}

/** One mapping: whether it is on, what it is called, what it does and when. */
export function MappingRow({ mapping, action }: MappingRowProps): ReactNode {
  const { id, destinationId, name, enabled, trigger } = mapping;
  const path = subscriptionPath(destinationId, id);
  const refresh = (): Promise<void> =>
    queryClient.invalidateQueries({ queryKey: subscriptionsQuery(destinationId).queryKey });
  return (
    <SwitchedRow
      name={name}
      enabled={enabled}
      href={`/destinations/${destinationId}/mappings/${id}`}
      what="mapping"
      consequence="Events it would have taken are not sent by it any more, also those that wait for another attempt."
      onSwitch={(on) => api("PATCH", path, { input: { enabled: on } }).then(refresh)}
      onDelete={() => api("DELETE", path).then(refresh)}
    >
      {triggerWords(trigger)} <span className="text-kumo-subtle">→ {action}</span>
    </SwitchedRow>
  );
}
