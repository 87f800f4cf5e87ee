import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { exportsPath, refreshExports } from "../../api/export-queries.ts";
import type { Column, ColumnType } from "../../api/export-types.ts";
import { COLUMN_TYPES } from "../../logic/export-words.ts";
import { plural } from "../../logic/times.ts";
import { Choice } from "../../parts/choice.tsx";

interface TypeDialogProps {
  readonly sourceId: string;
  readonly table: string;
  readonly column: Column;
  readonly onClose: () => void;
}

/** Another type for a column: what that does to the hours that are published. */
export default function TypeDialog({ sourceId, table, column, onClose }: TypeDialogProps): ReactNode {
  const [type, setType] = useState<ColumnType>(column.type);
  const path = `${exportsPath(sourceId)}/tables/${encodeURIComponent(table)}/columns/${encodeURIComponent(column.name)}`;
  const change = useMutation({
    mutationFn: () => api<{ hours: number }>("PATCH", path, { type }),
    onSuccess: () => refreshExports(sourceId),
  });
  return (
    <Dialog.Root role="alertdialog" open onOpenChange={(open: boolean) => !open && onClose()}>
      <Dialog className="p-6" size="lg">
        <Dialog.Title className="text-lg font-semibold wrap-anywhere">
          Type of <span className="font-mono">{column.name}</span>
        </Dialog.Title>
        <Dialog.Description className="text-kumo-subtle mt-1">
          Every published hour of <span className="font-mono break-all">{table}</span> is made again from the archive,
          so values that fit the new type come back and those that do not become NULL. Hours whose events the archive’s
          retention has removed stay as they are. Ask for the statements again afterwards.
        </Dialog.Description>
        <div className="mt-4 flex flex-col gap-4">
          {change.data === undefined ? (
            <>
              <Choice label="Type" value={type} choices={COLUMN_TYPES} disabled={change.isPending} onChange={setType} />
              {change.isError && <Banner size="sm" variant="error" description={change.error.message} />}
              <div className="flex justify-end gap-2">
                <Button onClick={onClose}>Cancel</Button>
                <Button
                  variant="primary"
                  disabled={type === column.type}
                  loading={change.isPending}
                  onClick={() => change.mutate()}
                >
                  Change the type
                </Button>
              </div>
            </>
          ) : (
            <>
              <p role="status" className="font-medium">
                It is {type} now. {plural(change.data.hours, "hour")} {change.data.hours === 1 ? "is" : "are"} made
                again.
              </p>
              <Button className="self-end" variant="primary" onClick={onClose}>
                Close
              </Button>
            </>
          )}
        </div>
      </Dialog>
    </Dialog.Root>
  );
}
