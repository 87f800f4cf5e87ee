import { Button } from "@cloudflare/kumo/components/button";
import type { QueryKey } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { api } from "../api/client.ts";
import { queryClient } from "../api/queries.ts";
import { ConfirmByName } from "./confirm-by-name.tsx";
import { useOwner } from "./use-owner.ts";

interface DeleteRowProps {
  /** What it is, such as "source". */
  readonly what: string;
  /** What it is called: to be typed before it goes. */
  readonly name: string;
  readonly effect: string;
  /** The last warning. */
  readonly consequence: string;
  /** Of the API. */
  readonly path: string;
  /** What is known of it alone: forgotten. */
  readonly known: QueryKey;
  /** The list that it leaves, with its page, which is shown then. */
  readonly list: { readonly page: "/sources" | "/destinations" | "/warehouses"; readonly queryKey: QueryKey };
}

/** The end of something: what that means, and a button that asks for the name. */
export function DeleteRow({ what, name, effect, consequence, path, known, list }: DeleteRowProps): ReactNode {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="text-kumo-subtle min-w-0 flex-1 basis-60">{effect}</p>
      <Button variant="secondary-destructive" disabled={!useOwner()} onClick={() => setAsking(true)}>
        Delete the {what}…
      </Button>
      <ConfirmByName
        title={`Delete the ${what}`}
        consequence={consequence}
        name={name}
        action="Delete"
        open={asking}
        onOpenChange={setAsking}
        onConfirm={async () => {
          await api("DELETE", path);
          // First, as what is forgotten while it is shown is asked for again.
          await navigate({ to: list.page });
          queryClient.removeQueries({ queryKey: known });
          await queryClient.invalidateQueries({ queryKey: list.queryKey });
        }}
      />
    </div>
  );
}
