import { Button } from "@cloudflare/kumo/components/button";
import { type ReactNode, useState } from "react";
import { ConfirmByName } from "./confirm-by-name.tsx";

interface DeleteRowProps {
  /** What it is, such as "source". */
  readonly what: string;
  /** What it is called: to be typed before it goes. */
  readonly name: string;
  readonly effect: string;
  /** The last warning. */
  readonly consequence: string;
  readonly onConfirm: () => Promise<void>;
}

/** The end of something: what that means, and a button that asks for the name. */
export function DeleteRow({ what, name, effect, consequence, onConfirm }: DeleteRowProps): ReactNode {
  const [asking, setAsking] = useState(false);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="text-kumo-subtle min-w-0 flex-1 basis-60">{effect}</p>
      <Button variant="secondary-destructive" onClick={() => setAsking(true)}>
        Delete the {what}…
      </Button>
      <ConfirmByName
        title={`Delete the ${what}`}
        consequence={consequence}
        name={name}
        action="Delete"
        open={asking}
        onOpenChange={setAsking}
        onConfirm={onConfirm}
      />
    </div>
  );
}
