import { type ReactNode, useMemo } from "react";
import type { Trace } from "../../api/delivery-types.ts";
import { prettyCall } from "../../logic/pretty-call.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { Segments } from "../../parts/segments.tsx";

interface TheEventProps {
  readonly trace: Trace;
  /** "raw" or "hidden"; the call otherwise. */
  readonly view: string | undefined;
  readonly onViewChange: (view: string) => void;
}

const VIEWS = [
  ["pretty", "Pretty"],
  ["raw", "Raw"],
  ["hidden", "Hide"],
] as const;

/** The event itself, as it was stored. */
export function TheEvent({ trace, view, onViewChange }: TheEventProps): ReactNode {
  const { event, eventMissing } = trace;
  const shown = view === "hidden" || view === "raw" ? view : "pretty";
  return (
    <section aria-labelledby="the-event" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2 id="the-event" className="font-semibold">
          The event
        </h2>
        {event !== undefined && <Segments label="Show as" value={shown} choices={VIEWS} onChange={onViewChange} />}
      </div>
      {event === undefined ? (
        <p className="text-kumo-subtle">{eventMissing ?? "It is not kept."}</p>
      ) : (
        shown !== "hidden" && <Code event={event} type={trace.type} pretty={shown === "pretty"} />
      )}
    </section>
  );
}

interface CodeProps {
  readonly event: NonNullable<Trace["event"]>;
  readonly type: Trace["type"];
  readonly pretty: boolean;
}

function Code({ event, type, pretty }: CodeProps): ReactNode {
  const raw = useMemo(() => JSON.stringify(event, null, 2), [event]);
  const call = useMemo(() => prettyCall({ raw, ...(type === undefined ? {} : { type }) }), [raw, type]);
  if (!pretty) return <CodeView code={raw} label="the event" title="JSON" tall />;
  return call.status === "call" ? (
    <CodeView
      code={call.code}
      label="the call"
      title={call.dialect === "browser" ? "as analytics.js" : "as a server library"}
      tall
    />
  ) : (
    <>
      <p className="text-kumo-subtle">{call.why}</p>
      <CodeView code={raw} label="the event" title="JSON" tall />
    </>
  );
}
