import { Button } from "@cloudflare/kumo/components/button";
import { Switch } from "@cloudflare/kumo/components/switch";
import { TrashIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ConfirmByName } from "./confirm-by-name.tsx";
import { TextLink } from "./text-link.tsx";
import { useOwner } from "./use-owner.ts";

interface SwitchedRowProps {
  readonly name: string;
  readonly enabled: boolean;
  /** Where it is edited. */
  readonly href: string;
  /** What it is called in a sentence: "mapping". */
  readonly what: string;
  /** What its deletion means for the events. */
  readonly consequence: string;
  readonly onSwitch: (on: boolean) => Promise<unknown>;
  readonly onDelete: () => Promise<void>;
  /** What it does. */
  readonly children: ReactNode;
}

/** Something of a destination that can be switched off and deleted: whether it is on, its name, what it does. */
export function SwitchedRow(props: SwitchedRowProps): ReactNode {
  const { name, enabled, href, what, consequence, onSwitch, onDelete, children } = props;
  const [asking, setAsking] = useState(false);
  const owner = useOwner();
  const turn = useMutation({ mutationFn: onSwitch });
  return (
    <li className="border-kumo-hairline flex items-start gap-3 border-b px-4 py-3.5 last:border-b-0">
      <span className="pt-0.5">
        <Switch
          aria-label={`${name}: ${enabled ? "switched on" : "switched off"}`}
          checked={turn.isPending ? turn.variables : enabled}
          disabled={!owner || turn.isPending}
          onCheckedChange={(on) => turn.mutate(on)}
        />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">
          <TextLink href={href}>{name}</TextLink>
        </p>
        <p className={`text-sm wrap-anywhere ${enabled ? "" : "text-kumo-subtle"}`}>{children}</p>
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
        disabled={!owner}
        onClick={() => setAsking(true)}
      />
      <ConfirmByName
        title={`Delete the ${what}`}
        consequence={consequence}
        name={name}
        action="Delete"
        open={asking}
        onOpenChange={setAsking}
        onConfirm={onDelete}
      />
    </li>
  );
}
