import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Dialog } from "@cloudflare/kumo/components/dialog";
import { Input } from "@cloudflare/kumo/components/input";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { exportsPath, hoursQuery, refreshExports } from "../../api/export-queries.ts";
import type { ExportState } from "../../api/export-types.ts";
import { fieldText, fieldTime, windowProblem } from "../../logic/export-hours.ts";
import { plural } from "../../logic/times.ts";
import type { ExportsSearch } from "../exports.tsx";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface RebuildDialogProps {
  readonly sourceId: string;
  readonly search: ExportsSearch;
  readonly onClose: () => void;
}

/** Makes hours again from the archive: which, and what that means. */
export default function RebuildDialog({ sourceId, search, onClose }: RebuildDialogProps): ReactNode {
  const [now] = useState(() => Math.ceil(Date.now() / HOUR_MS) * HOUR_MS);
  const [from, setFrom] = useState(search.from ?? fieldText(now - DAY_MS));
  const [to, setTo] = useState(search.to ?? fieldText(now));
  const [start, end] = [fieldTime(from), fieldTime(to)];
  const problem = windowProblem(start, end);
  const window = {
    startTime: new Date(start ?? now).toISOString(),
    endTime: new Date(end ?? now).toISOString(),
  };
  const hours = useQuery({
    ...hoursQuery(sourceId, window.startTime, window.endTime),
    enabled: problem === undefined,
  });
  const known = hours.data?.length ?? 0;
  const run = useMutation({
    mutationFn: () =>
      api<{ rebuilt: number; exports: ExportState }>("POST", `${exportsPath(sourceId)}/run`, {
        ...window,
        rebuild: true,
      }),
    onSuccess: () => refreshExports(sourceId),
  });
  return (
    <Dialog.Root role="alertdialog" open onOpenChange={(open: boolean) => !open && onClose()}>
      <Dialog className="p-6" size="lg">
        <Dialog.Title className="text-lg font-semibold">Make hours again</Dialog.Title>
        <Dialog.Description className="text-kumo-subtle mt-1">
          Their rows are made anew from the archive under the settings of now, for instance after columns were left out
          or taken in. Readers see the present version until the new one is whole. Nothing is lost: an hour whose events
          the archive’s retention has removed stays as it is.
        </Dialog.Description>
        {run.data === undefined ? (
          <form
            className="mt-4 flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (problem === undefined && known > 0) run.mutate();
            }}
          >
            <div className="grid gap-4 sm:grid-cols-2">
              <Moment label="From (UTC)" value={from} onChange={setFrom} />
              <Moment label="Until (UTC)" value={to} onChange={setTo} error={problem} />
            </div>
            <p role="status" className="text-sm">
              {problem === undefined &&
                (hours.isError
                  ? `The hours could not be counted: ${hours.error.message}`
                  : hours.data === undefined
                    ? "Counting…"
                    : known === 0
                      ? "No hour with events begins in this time."
                      : `${plural(known, "hour")} with events.`)}
            </p>
            {run.isError && <Banner size="sm" variant="error" description={run.error.message} />}
            <div className="flex justify-end gap-2">
              <Button type="button" onClick={onClose}>
                Cancel
              </Button>
              <Button
                type="submit"
                variant="primary"
                disabled={problem !== undefined || known === 0}
                loading={run.isPending}
              >
                Make {known > 0 && problem === undefined ? plural(known, "hour") : "them"} again
              </Button>
            </div>
          </form>
        ) : (
          <div className="mt-4 flex flex-col gap-4">
            <p role="status" className="font-medium">
              {plural(run.data.rebuilt, "hour")} {run.data.rebuilt === 1 ? "is" : "are"} made again, one after the
              other.
            </p>
            <Button className="self-end" variant="primary" onClick={onClose}>
              Close
            </Button>
          </div>
        )}
      </Dialog>
    </Dialog.Root>
  );
}

interface MomentProps {
  readonly label: string;
  readonly value: string;
  readonly error?: string | undefined;
  readonly onChange: (text: string) => void;
}

const Moment = ({ label, value, error, onChange }: MomentProps): ReactNode => (
  <Input
    type="datetime-local"
    step={3600}
    label={label}
    value={value}
    error={error}
    onChange={(event) => onChange(event.target.value)}
  />
);
