import { Banner } from "@cloudflare/kumo/components/banner";
import { Loader } from "@cloudflare/kumo/components/loader";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import type { FilterTrial } from "../../api/delivery-types.ts";
import type { Destination } from "../../api/types.ts";
import { removedFrom } from "../../logic/difference.ts";
import { clip } from "../../logic/entry-text.ts";
import type { FilterBody } from "../../logic/filter-draft.ts";
import { plural } from "../../logic/times.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { EventPicker } from "../../parts/event-picker.tsx";
import type { PickedEvent } from "../../parts/use-event.ts";
import { useTrial } from "../../parts/use-trial.ts";
import { Verdict } from "../../parts/verdict.tsx";

/** Removed fields named. */
const MOST = 20;

interface FilterPreviewProps {
  readonly destination: Destination;
  readonly picked: PickedEvent;
  /** `undefined` while the form is not complete. */
  readonly body: FilterBody | undefined;
}

/** What the filter, as it is now, makes of one event. */
export function FilterPreview({ destination, picked, body }: FilterPreviewProps): ReactNode {
  const stuck = body === undefined || picked.event === undefined;
  const question = stuck
    ? undefined
    : JSON.stringify({ filter: { if: body.if, actions: body.actions }, payload: picked.event });
  const { query, working } = useTrial(["filter"], question, (asked) =>
    api<FilterTrial>("POST", "/destination/filters/preview", JSON.parse(asked)),
  );
  return (
    <aside
      id="preview"
      aria-label="Preview"
      className="ring-kumo-hairline bg-kumo-base flex min-w-0 flex-col gap-4 self-start rounded-lg p-4 ring xl:sticky xl:top-4 xl:max-h-[calc(100dvh-2rem)] xl:overflow-y-auto"
    >
      <div className="flex items-center justify-between gap-2">
        <h2 className="font-semibold">Preview</h2>
        <span role="status" className="text-kumo-subtle flex items-center gap-2 text-sm">
          {working && (
            <>
              <Loader size={14} /> Trying…
            </>
          )}
        </span>
      </div>
      <EventPicker destination={destination} picked={picked} />
      {stuck && <Banner size="sm" variant="secondary" description="It waits until the form is complete." />}
      {query.isError && !query.isPlaceholderData && (
        <Banner size="sm" variant="error" description={query.error.message} />
      )}
      {!query.isError && query.data !== undefined && (
        <div className={`flex min-w-0 flex-col gap-4 ${working || stuck ? "opacity-60" : ""}`}>
          <Outcome trial={query.data} byChance={isByChance(body)} />
        </div>
      )}
      {query.data === undefined && <CodeView label="The event" code={picked.text} preview={2000} />}
    </aside>
  );
}

const isByChance = (body: FilterBody | undefined): boolean =>
  body?.actions.some((action) => action.type === "SAMPLE" && action.path === undefined) === true;

function Outcome({ trial, byChance }: { trial: FilterTrial; byChance: boolean }): ReactNode {
  const { inputPayload, result, error } = trial;
  const chance = byChance && (
    <p className="text-kumo-subtle text-sm">Chance decides here: another event may fare otherwise.</p>
  );
  if (result === null) {
    return (
      <>
        <Verdict good={false}>
          <strong>Dropped.</strong> This event is not sent to this destination.
          {error !== undefined && <span className="block text-sm">{error}</span>}
        </Verdict>
        {chance}
        <CodeView label="The event" code={JSON.stringify(inputPayload, null, 2)} preview={2000} />
      </>
    );
  }
  const removed = removedFrom(inputPayload, result);
  return (
    <>
      <Verdict good>
        <strong>Sent</strong>
        {removed.length === 0 ? ", unchanged." : `, without ${plural(removed.length, "field")}.`}
      </Verdict>
      {chance}
      {removed.length > 0 && (
        <ul aria-label="Taken out" className="flex flex-col gap-1 text-sm">
          {removed.slice(0, MOST).map(({ path, value }) => (
            <li key={path} className="text-kumo-danger wrap-anywhere">
              <del>
                <code className="font-mono">{clip(path)}</code>: {clip(value, 80)}
              </del>
            </li>
          ))}
          {removed.length > MOST && <li className="text-kumo-subtle">and {removed.length - MOST} more</li>}
        </ul>
      )}
      <CodeView label="What is sent on" code={JSON.stringify(result, null, 2)} preview={2000} />
    </>
  );
}
