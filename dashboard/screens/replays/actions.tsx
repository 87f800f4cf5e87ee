import { Button } from "@cloudflare/kumo/components/button";
import { CopyIcon, PauseIcon, PlayIcon, XIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { actOnReplay } from "../../api/replay-queries.ts";
import type { Replay, ReplayAction } from "../../api/replay-types.ts";
import { isOver } from "../../logic/replays.ts";

/** Fetched when it is first asked for. */
const CancelDialog = lazy(() => import("./cancel-dialog.tsx"));

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
      {asking && (
        <Suspense>
          <CancelDialog replay={replay} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
}
