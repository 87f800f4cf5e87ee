import { Button } from "@cloudflare/kumo/components/button";
import { PlugsConnectedIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import type { ConnectionVerdict } from "../../api/warehouse-types.ts";
import { errorSentence } from "../../logic/export-words.ts";
import { Verdict } from "../../parts/verdict.tsx";

interface TestConnectionProps {
  /** The kind's route before there is a warehouse, else the warehouse's own. */
  readonly path: string;
  /** What is sent besides the settings. */
  readonly body: object;
  readonly name: string;
  /** The settings of the form as it is now; `undefined` when some of them cannot be sent. */
  readonly read: () => Record<string, unknown> | undefined;
  /** A refusal (422) names fields of the form around this. */
  readonly onProblem: (error: Error | null) => void;
}

/** Asks the warehouse itself whether it lets tables be made, before anything is stored. */
export function TestConnection({ path, body, name, read, onProblem }: TestConnectionProps): ReactNode {
  const test = useMutation({
    mutationFn: (settings: Record<string, unknown>) => api<ConnectionVerdict>("POST", path, { ...body, settings }),
    onSettled: (_data, error) => onProblem(error),
  });
  const run = (): void => {
    const settings = read();
    if (settings !== undefined) test.mutate(settings);
  };
  return (
    <div className="border-kumo-hairline flex flex-wrap items-center gap-x-4 gap-y-2 border-t pt-4">
      <Button type="button" icon={<PlugsConnectedIcon aria-hidden />} loading={test.isPending} onClick={run}>
        Test the connection
      </Button>
      <div role="status" className="min-w-0 flex-1 basis-60 text-sm">
        {test.isError ? (
          <Verdict good={false}>{test.error.message}</Verdict>
        ) : test.data === undefined ? (
          <span className="text-kumo-subtle">
            Connects to {name}, makes a schema and drops it again; loads nothing.
          </span>
        ) : test.data.status === "CONNECTED" ? (
          <Verdict good>{name} can be reached and lets tables be made.</Verdict>
        ) : (
          <Verdict good={false}>
            <bdi>{errorSentence(test.data.reason ?? `${name} cannot be reached`, 400)}</bdi>
          </Verdict>
        )}
      </div>
    </div>
  );
}
