import { Button } from "@cloudflare/kumo/components/button";
import { type ReactNode, useState } from "react";
import type { DeliverySample } from "../../api/types.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { When } from "../../parts/when.tsx";

/** Characters of each text shown before "show all". */
const PREVIEW = 600;

/**
 * What was sent and answered when it failed, one exchange at a time. The report is loaded again every few seconds:
 * what is being read stays as it was when it was opened.
 */
export function Samples({ samples }: { samples: readonly DeliverySample[] }): ReactNode {
  const [opened, setOpened] = useState<readonly DeliverySample[]>();
  if (samples.length === 0) return null;
  return (
    <details
      className="mt-1 min-w-0 basis-full"
      onToggle={(event) => setOpened(event.currentTarget.open ? samples : undefined)}
    >
      <summary className="text-kumo-link w-fit cursor-pointer text-sm">Samples ({samples.length})</summary>
      {opened !== undefined && <Exchanges samples={opened} />}
    </details>
  );
}

function Exchanges({ samples }: { samples: readonly DeliverySample[] }): ReactNode {
  const [at, setAt] = useState(0);
  const sample = samples[at];
  if (sample === undefined) return null;
  return (
    <div className="mt-3 flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <Button size="sm" disabled={at === 0} onClick={() => setAt(at - 1)}>
          Newer
        </Button>
        <Button size="sm" disabled={at === samples.length - 1} onClick={() => setAt(at + 1)}>
          Older
        </Button>
        <span className="text-kumo-subtle" aria-live="polite">
          {at + 1} of {samples.length}, <When at={sample.at} />
        </span>
      </div>
      {/* Keyed, so that "show all" is asked anew of each sample. */}
      <div key={at} className="grid gap-3">
        <CodeView wrap label="You sent" code={sample.sent} preview={PREVIEW} />
        <CodeView wrap label="Request" code={sample.request} preview={PREVIEW} />
        <CodeView wrap label="Response" code={sample.response} preview={PREVIEW} />
      </div>
    </div>
  );
}
