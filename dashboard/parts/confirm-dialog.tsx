import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { Input } from "@cloudflare/kumo/components/input";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

export interface ConfirmByNameProps {
  /** "Delete the source". */
  readonly title: string;
  /** What will be gone, and what will not. */
  readonly consequence: ReactNode;
  /** What has to be typed. */
  readonly name: string;
  readonly action: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: () => Promise<unknown>;
}

/** Destructive acts ask for the name of what they destroy. */
export default function ConfirmDialog(props: ConfirmByNameProps): ReactNode {
  return (
    <Dialog.Root role="alertdialog" open={props.open} onOpenChange={props.onOpenChange}>
      <Dialog className="p-6" size="lg">
        <Dialog.Title className="text-lg font-semibold wrap-anywhere">{props.title}</Dialog.Title>
        <Dialog.Description className="text-kumo-subtle mt-1">{props.consequence}</Dialog.Description>
        {/* A new opening starts with an empty field. */}
        {props.open && <Form {...props} />}
      </Dialog>
    </Dialog.Root>
  );
}

function Form({ name, action, onOpenChange, onConfirm }: ConfirmByNameProps): ReactNode {
  const [typed, setTyped] = useState("");
  const act = useMutation({ mutationFn: onConfirm, onSuccess: () => onOpenChange(false) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed === name) act.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
      {act.isError && <Banner size="sm" variant="error" description={act.error.message} />}
      <Input
        label={
          <span>
            Type <bdi className="font-mono break-all">{name}</bdi> to confirm
          </span>
        }
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button type="button" onClick={() => onOpenChange(false)}>
          Cancel
        </Button>
        <Button type="submit" variant="destructive" disabled={typed !== name} loading={act.isPending}>
          {action}
        </Button>
      </div>
    </form>
  );
}
