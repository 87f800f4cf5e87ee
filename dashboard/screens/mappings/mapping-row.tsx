import { Button } from "@cloudflare/kumo/components/button";
import { Switch } from "@cloudflare/kumo/components/switch";
import { TrashIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { subscriptionPath, subscriptionsQuery } from "../../api/destination-queries.ts";
import { queryClient } from "../../api/queries.ts";
import type { Subscription } from "../../api/types.ts";
import { triggerWords } from "../../logic/trigger-words.ts";
import { ConfirmByName } from "../../parts/confirm-by-name.tsx";
import { TextLink } from "../../parts/text-link.tsx";

interface MappingRowProps {
  readonly mapping: Subscription;
  /** What the action is called. */
  readonly action: string;
}

/** One mapping: whether it is on, what it is called, what it does and when. */
export function MappingRow({ mapping, action }: MappingRowProps): ReactNode {
  const { id, destinationId, name, enabled, trigger } = mapping;
  const [asking, setAsking] = useState(false);
  const path = subscriptionPath(destinationId, id);
  const refresh = (): Promise<void> =>
    queryClient.invalidateQueries({ queryKey: subscriptionsQuery(destinationId).queryKey });
  const turn = useMutation({
    mutationFn: (on: boolean) => api("PATCH", path, { input: { enabled: on } }),
    onSuccess: refresh,
  });
  return (
    <li className="border-kumo-hairline flex items-start gap-3 border-b px-4 py-3.5 last:border-b-0">
      <span className="pt-0.5">
        <Switch
          aria-label={`${name}: ${enabled ? "switched on" : "switched off"}`}
          checked={turn.isPending ? turn.variables : enabled}
          disabled={turn.isPending}
          onCheckedChange={(on) => turn.mutate(on)}
        />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={name}>
          <TextLink href={`/destinations/${destinationId}/mappings/${id}`}>{name}</TextLink>
        </p>
        <p className={`text-sm wrap-anywhere ${enabled ? "" : "text-kumo-subtle"}`}>
          {triggerWords(trigger)} <span className="text-kumo-subtle">→ {action}</span>
        </p>
        {turn.isError && (
          <p role="alert" className="text-kumo-danger text-sm">
            {turn.error.message}
          </p>
        )}
      </div>
      <Button
        shape="square"
        size="sm"
        variant="ghost"
        icon={<TrashIcon aria-hidden />}
        aria-label={`Delete ${name}`}
        title="Delete"
        onClick={() => setAsking(true)}
      />
      <ConfirmByName
        title="Delete the mapping"
        consequence="Events it would have taken are not sent by it any more, also those that wait for another attempt."
        name={name}
        action="Delete"
        open={asking}
        onOpenChange={setAsking}
        onConfirm={async () => {
          await api("DELETE", path);
          await refresh();
        }}
      />
    </li>
  );
}
