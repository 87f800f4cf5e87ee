import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { CopyIcon, PauseIcon, PlayIcon, XIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { actOnReplay } from "../../api/replay-queries.ts";
import type { Replay, ReplayAction } from "../../api/replay-types.ts";
import { isOver } from "../../logic/replays.ts";

/** What can be done with a replay as it stands; Start is beside what it would send. */
export function Actions({ replay }: { replay: Replay }): ReactNode {
  const { id, status } = replay;
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const act = useMutation({ mutationFn: (action: ReplayAction) => actOnReplay(id, action) });
  const busy = (action: ReplayAction): boolean => act.isPending && act.variables === action;
  return (
    <div className="flex flex-col gap-1 sm:items-end">
      <div className="flex flex-wrap gap-2">
        {status === "running" && (
          <Button icon={<PauseIcon aria-hidden />} loading={busy("pause")} onClick={() => act.mutate("pause")}>
            Pause
          </Button>
        )}
        {(status === "paused" || status === "failed") && (
          <Button
            variant="primary"
            icon={<PlayIcon aria-hidden />}
            loading={busy("resume")}
            onClick={() => act.mutate("resume")}
          >
            {status === "paused" ? "Resume" : "Try again"}
          </Button>
        )}
        {!isOver(status) && (
          <Button icon={<XIcon aria-hidden />} onClick={() => setAsking(true)}>
            Cancel…
          </Button>
        )}
        {(isOver(status) || status === "ready") && (
          <Button
            icon={<CopyIcon aria-hidden />}
            title="Another replay, which begins with the same choices"
            onClick={() => void navigate({ to: "/replays/new", search: { like: id } })}
          >
            Another like it
          </Button>
        )}
      </div>
      {act.isError && (
        <p role="alert" className="text-kumo-danger text-sm">
          {act.error.message}
        </p>
      )}
      {asking && <CancelDialog replay={replay} onClose={() => setAsking(false)} />}
    </div>
  );
}

function CancelDialog({ replay, onClose }: { replay: Replay; onClose: () => void }): ReactNode {
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
