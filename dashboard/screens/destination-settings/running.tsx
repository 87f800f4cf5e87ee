import { Button } from "@cloudflare/kumo/components/button";
import { Switch } from "@cloudflare/kumo/components/switch";
import { PauseIcon, PlayIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import { destinationPath, refreshDestination } from "../../api/destination-queries.ts";
import type { Destination } from "../../api/types.ts";
import { useOwner } from "../../parts/use-owner.ts";
import { useSaveDestination } from "./save.ts";

/** Two ways to stop it: for a while, keeping what comes; or altogether. */
export function Running({ destination }: { destination: Destination }): ReactNode {
  const { id, enabled, paused = false } = destination;
  const turn = useSaveDestination<{ enabled: boolean }>(destination);
  const hold = useMutation({
    mutationFn: () => api("POST", `${destinationPath(id)}/${paused ? "resume" : "pause"}`, {}),
    onSuccess: () => refreshDestination(id),
  });
  const owner = useOwner();
  const failure = turn.error ?? hold.error;
  return (
    <div className="flex flex-col gap-5">
      <Row
        title={paused ? "Paused" : "Pause"}
        text="Its events wait, however long, and are sent once it is resumed. Nothing is dropped and no attempt is used up."
      >
        <Button
          icon={paused ? <PlayIcon aria-hidden /> : <PauseIcon aria-hidden />}
          disabled={!owner}
          loading={hold.isPending}
          onClick={() => hold.mutate()}
        >
          {paused ? "Resume" : "Pause"}
        </Button>
      </Row>
      <Row
        title={enabled ? "Switched on" : "Switched off"}
        text="While it is switched off, events are dropped before they get there. The archive keeps them."
      >
        <Switch
          aria-label={enabled ? "Switched on" : "Switched off"}
          checked={enabled}
          disabled={!owner || turn.isPending}
          onCheckedChange={(on) => turn.mutate({ enabled: on })}
        />
      </Row>
      {failure !== null && (
        <p role="alert" className="text-kumo-danger text-sm">
          {failure.message}
        </p>
      )}
    </div>
  );
}

const Row = ({ title, text, children }: { title: string; text: string; children: ReactNode }): ReactNode => (
  <div className="flex flex-wrap items-center justify-between gap-3">
    <div className="min-w-0 flex-1 basis-60">
      <p className="font-medium">{title}</p>
      <p className="text-kumo-subtle text-sm">{text}</p>
    </div>
    {children}
  </div>
);
