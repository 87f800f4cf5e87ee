import { Button } from "@cloudflare/kumo/components/button";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useOwner } from "./use-owner.ts";
import { Verdict } from "./verdict.tsx";

/** The part of a test that the form around it gives. */
export interface SettingsTestForm {
  /** The settings of the form as it is now; `undefined` when some of them cannot be sent. */
  readonly read: () => Record<string, unknown> | undefined;
  /** A refusal (422) names fields of the form around this. */
  readonly onProblem: (error: Error | null) => void;
}

interface SettingsTestProps extends SettingsTestForm {
  readonly label: string;
  readonly icon: ReactNode;
  /** What it does, before it was done. */
  readonly help: string;
  readonly ask: (settings: Record<string, unknown>) => Promise<{ readonly good: boolean; readonly words: string }>;
}

/** Tries settings out before they are stored. */
export function SettingsTest({ label, icon, help, ask, read, onProblem }: SettingsTestProps): ReactNode {
  const test = useMutation({ mutationFn: ask, onSettled: (_data, error) => onProblem(error) });
  const run = (): void => {
    const settings = read();
    if (settings !== undefined) test.mutate(settings);
  };
  return (
    <div className="border-kumo-hairline flex flex-wrap items-center gap-x-4 gap-y-2 border-t pt-4">
      <Button type="button" icon={icon} disabled={!useOwner()} loading={test.isPending} onClick={run}>
        {label}
      </Button>
      <div role="status" className="min-w-0 flex-1 basis-60 text-sm">
        {test.isError ? (
          <Verdict good={false}>{test.error.message}</Verdict>
        ) : test.data === undefined ? (
          <span className="text-kumo-subtle">{help}</span>
        ) : (
          <Verdict good={test.data.good}>
            <bdi>{test.data.words}</bdi>
          </Verdict>
        )}
      </div>
    </div>
  );
}
