import { Button } from "@cloudflare/kumo/components/button";
import { type ReactNode, useState } from "react";
import type { ErrorSample } from "../../api/delivery-types.ts";
import { readableJson } from "../../logic/json-text.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { When } from "../../parts/when.tsx";

/** Characters of each text shown before "show all". */
const PREVIEW = 800;

/**
 * What was sent and answered when it failed, one exchange at a time. The report is loaded again every few seconds:
 * what is being read stays as it was when it was opened.
 */
export function Samples({ samples }: { samples: readonly ErrorSample[] }): ReactNode {
  const [opened] = useState(samples);
  const [at, setAt] = useState(0);
  const sample = opened[at];
  if (sample === undefined) return <p className="text-kumo-subtle text-sm">No sample was kept.</p>;
  return (
    <section aria-label="Samples" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <h3 className="font-semibold">Samples</h3>
        <Button size="sm" disabled={at === 0} onClick={() => setAt(at - 1)}>
          Newer
        </Button>
        <Button size="sm" disabled={at === opened.length - 1} onClick={() => setAt(at + 1)}>
          Older
        </Button>
        <span className="text-kumo-subtle" aria-live="polite">
          {at + 1} of {opened.length}, <When at={sample.at} />
        </span>
      </div>
      {/* Keyed, so that "show all" is asked anew of each sample. */}
      <div key={at} className="grid gap-3 xl:grid-cols-3">
        <Text label="You sent" text={sample.sent} />
        <Text label="Request" text={sample.request} />
        <Text label="Response" text={sample.response} />
      </div>
    </section>
  );
}

const Text = ({ label, text }: { label: string; text: string }): ReactNode => {
  const { text: readable, isJson } = readableJson(text);
  return text === "" ? (
    <div className="ring-kumo-hairline text-kumo-subtle rounded-lg p-3 text-sm ring">{label}: nothing</div>
  ) : (
    <CodeView wrap={!isJson} label={label} code={readable} preview={PREVIEW} />
  );
};
