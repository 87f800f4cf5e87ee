import { Button } from "@cloudflare/kumo/components/button";
import { Switch } from "@cloudflare/kumo/components/switch";
import { TrashIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { filterPath, filtersQuery } from "../../api/delivery-queries.ts";
import type { Filter } from "../../api/delivery-types.ts";
import { queryClient } from "../../api/queries.ts";
import { filterWords } from "../../logic/filter-draft.ts";
import { ConfirmByName } from "../../parts/confirm-by-name.tsx";
import { TextLink } from "../../parts/text-link.tsx";

interface FilterRowProps {
  readonly filter: Filter;
  /** Named where the destination has several sources. */
  readonly source: string | undefined;
}

/** One filter: whether it is on, what it is called, and what it does. */
export function FilterRow({ filter, source }: FilterRowProps): ReactNode {
  const { id, destinationId, title, enabled } = filter;
  const [asking, setAsking] = useState(false);
  const path = filterPath(destinationId, id);
  const refresh = (): Promise<void> =>
    queryClient.invalidateQueries({ queryKey: filtersQuery(destinationId).queryKey });
  const turn = useMutation({
    mutationFn: (on: boolean) => api("PATCH", path, { enabled: on }),
    onSuccess: refresh,
  });
  return (
    <li className="border-kumo-hairline flex items-start gap-3 border-b px-4 py-3.5 last:border-b-0">
      <span className="pt-0.5">
        <Switch
          aria-label={`${title}: ${enabled ? "switched on" : "switched off"}`}
          checked={turn.isPending ? turn.variables : enabled}
          disabled={turn.isPending}
          onCheckedChange={(on) => turn.mutate(on)}
        />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">
          <TextLink href={`/destinations/${destinationId}/filters/${id}`}>{title}</TextLink>
        </p>
        <p className={`text-sm wrap-anywhere ${enabled ? "" : "text-kumo-subtle"}`}>
          {filterWords(filter)}
          {source !== undefined && <span className="text-kumo-subtle"> · events of {source}</span>}
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
        aria-label={`Delete ${title}`}
        title="Delete"
        onClick={() => setAsking(true)}
      />
      <ConfirmByName
        title="Delete the filter"
        consequence="Events that it stopped are sent from now on, and fields that it took out are left in."
        name={title}
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
