import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Loader } from "@cloudflare/kumo/components/loader";
import { PencilSimpleIcon } from "@phosphor-icons/react";
import { type ReactNode, useState } from "react";
import type { ActionField, Destination } from "../../api/types.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { EventPicker } from "../../parts/event-picker.tsx";
import { TextArea } from "../../parts/text-area.tsx";
import { TrialReport } from "../../parts/trial-report.tsx";
import type { PickedEvent } from "../../parts/use-event.ts";
import type { PreviewState } from "./use-preview.ts";

interface PreviewProps {
  readonly destination: Destination;
  readonly preview: PreviewState;
  readonly picked: PickedEvent;
  /** Of the action: what it says of them names them. */
  readonly fields: readonly ActionField[];
}

/** What the mapping, as it is now, makes of one event. */
export default function Preview({ destination, preview, picked, fields }: PreviewProps): ReactNode {
  const { report, error, working, stuck } = preview;
  return (
    <aside
      id="preview"
      aria-label="Preview"
      className="ring-kumo-hairline bg-kumo-base flex min-w-0 flex-col gap-4 rounded-lg p-4 ring xl:sticky xl:top-4 xl:max-h-[calc(100dvh-2rem)] xl:overflow-y-auto"
    >
      <div className="flex items-center justify-between gap-2">
        <h2 className="font-semibold">Preview</h2>
        <span role="status" className="text-kumo-subtle flex items-center gap-2 text-sm">
          {working ? (
            <>
              <Loader size={14} /> Trying…
            </>
          ) : (
            "Nothing is sent"
          )}
        </span>
      </div>
      <EventPicker destination={destination} picked={picked} />
      <TheEvent picked={picked} />
      {stuck && (
        <Banner
          size="sm"
          variant="secondary"
          description={
            picked.event === undefined
              ? "It waits for an event that can be read."
              : "It waits until every field is complete; what is below is from before."
          }
        />
      )}
      {error !== null && (
        <Banner
          size="sm"
          variant="error"
          description={error.message}
          action={
            <Banner.Action variant="ghost" onClick={preview.retry}>
              Try again
            </Banner.Action>
          }
        />
      )}
      {error === null && report !== undefined && (
        <div className={working || stuck ? "opacity-60" : ""}>
          <TrialReport report={report} fields={fields} dryRun />
        </div>
      )}
    </aside>
  );
}

function TheEvent({ picked }: { picked: PickedEvent }): ReactNode {
  const [editing, setEditing] = useState(false);
  if (editing) {
    return (
      <TextArea label="The event as JSON" rows={12} value={picked.text} error={picked.problem} onChange={picked.type} />
    );
  }
  return (
    <details>
      <summary className="text-kumo-link w-fit cursor-pointer text-sm">The event as JSON</summary>
      <div className="mt-2 flex flex-col items-start gap-2">
        <div className="w-full min-w-0">
          <CodeView label="The event" code={picked.text} preview={3000} />
        </div>
        <Button type="button" size="sm" icon={<PencilSimpleIcon aria-hidden />} onClick={() => setEditing(true)}>
          Edit it
        </Button>
      </div>
    </details>
  );
}
