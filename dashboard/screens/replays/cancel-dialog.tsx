import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { actOnReplay } from "../../api/replay-queries.ts";
import type { Replay } from "../../api/replay-types.ts";

/** The last question before a replay is cancelled. */
export default function CancelDialog({ replay, onClose }: { replay: Replay; onClose: () => void }): ReactNode {
  const cancel = useMutation({ mutationFn: () => actOnReplay(replay.id, "cancel"), onSuccess: onClose });
  const started = replay.progress.destinations.length > 0;
  return (
    <Dialog.Root role="alertdialog" open onOpenChange={(open: boolean) => !open && onClose()}>
      <Dialog className="p-6" size="lg">
        <Dialog.Title className="text-lg font-semibold">Cancel this replay?</Dialog.Title>
        <Dialog.Description className="text-kumo-subtle mt-1">
          {started
            ? "Nothing more is sent: what waits is dropped. What has arrived stays where it is. A cancelled replay cannot be resumed; to stop it for a while, pause it."
            : "Nothing has been sent, and nothing will be. A cancelled replay cannot be started; another like it can be prepared."}
        </Dialog.Description>
        {cancel.isError && <Banner className="mt-4" size="sm" variant="error" description={cancel.error.message} />}
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button variant="destructive" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel the replay
          </Button>
        </div>
      </Dialog>
    </Dialog.Root>
  );
}
