import { Button } from "@cloudflare/kumo/components/button";
import { KeyIcon } from "@phosphor-icons/react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../api/client.ts";
import type { AuthenticationVerdict } from "../api/types.ts";
import { Verdict } from "./verdict.tsx";

interface TestAuthenticationProps {
  /** Where to ask: the kind's route before there is a destination, else the destination's own. */
  readonly path: string;
  /** The tool that is asked. */
  readonly name: string;
  /** The settings of the form as it is now; `undefined` when some of them cannot be sent. */
  readonly read: () => Record<string, unknown> | undefined;
  /** A refusal (422) names fields of the form around this. */
  readonly onProblem: (error: Error | null) => void;
}

/** Asks the tool itself whether it takes the credentials, before anything is stored. */
export function TestAuthentication({ path, name, read, onProblem }: TestAuthenticationProps): ReactNode {
  const test = useMutation({
    mutationFn: (settings: Record<string, unknown>) =>
      api<{ authentication: AuthenticationVerdict }>("POST", path, { settings }).then((data) => data.authentication),
    onSettled: (_data, error) => onProblem(error),
  });
  const run = (): void => {
    const settings = read();
    if (settings !== undefined) test.mutate(settings);
  };
  return (
    <div className="border-kumo-hairline flex flex-wrap items-center gap-x-4 gap-y-2 border-t pt-4">
      <Button type="button" icon={<KeyIcon aria-hidden />} loading={test.isPending} onClick={run}>
        Test authentication
      </Button>
      <div role="status" className="min-w-0 flex-1 basis-60 text-sm">
        {test.isError ? (
          <Verdict good={false}>{test.error.message}</Verdict>
        ) : test.data === undefined ? (
          <span className="text-kumo-subtle">Asks {name} whether it takes these credentials; sends no event.</span>
        ) : test.data.valid ? (
          <Verdict good>{name} takes these credentials.</Verdict>
        ) : (
          <Verdict good={false}>
            {test.data.reason === undefined ? `${name} does not take them.` : `Not confirmed: ${test.data.reason}`}
          </Verdict>
        )}
      </div>
    </div>
  );
}
