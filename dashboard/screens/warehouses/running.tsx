import { Button } from "@cloudflare/kumo/components/button";
import { PauseIcon, PlayIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import type { Warehouse } from "../../api/warehouse-types.ts";
import { DraftForm } from "../../parts/draft-form.tsx";
import { NameInput } from "../../parts/name-input.tsx";
import { useSaveWarehouse } from "./save.ts";

/** What it is called. */
export function General({ warehouse }: { warehouse: Warehouse }): ReactNode {
  return (
    <DraftForm saved={{ name: warehouse.name }} fields={["name"]} save={useSaveWarehouse<{ name: string }>(warehouse)}>
      {({ value, set }, errors) => (
        <NameInput value={value.name} error={errors["name"]} onChange={(next) => set({ name: next })} />
      )}
    </DraftForm>
  );
}

/** To stop loading for a while. */
export function Running({ warehouse }: { warehouse: Warehouse }): ReactNode {
  const { enabled } = warehouse;
  const turn = useSaveWarehouse<{ enabled: boolean }>(warehouse);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <p className="font-medium">{enabled ? "Loading" : "Paused"}</p>
          <p className="text-kumo-subtle text-sm">
            While it is paused, published hours wait, however many; they are loaded in order once it goes on.
          </p>
        </div>
        <Button
          icon={enabled ? <PauseIcon aria-hidden /> : <PlayIcon aria-hidden />}
          loading={turn.isPending}
          onClick={() => turn.mutate({ enabled: !enabled })}
        >
          {enabled ? "Pause" : "Resume"}
        </Button>
      </div>
      {turn.isError && (
        <p role="alert" className="text-kumo-danger text-sm">
          {turn.error.message}
        </p>
      )}
    </div>
  );
}
