import { type ReactNode, useMemo } from "react";
import type { Sample } from "../../src/core/sample.ts";
import { readableJson } from "../logic/json-text.ts";
import { prettyCall } from "../logic/pretty-call.ts";
import { CodeView } from "./code-view.tsx";

/** What is shown of an event: its JSON, whole or (`truncated`) its beginning, and which call it was. */
interface EventViewProps {
  readonly entry: Pick<Sample, "raw" | "truncated" | "type">;
}

/** The event as the SDK call that makes it. */
export function Pretty({ entry }: EventViewProps): ReactNode {
  const call = useMemo(() => prettyCall(entry), [entry]);
  if (call.status === "unreadable") {
    return (
      <>
        <p className="text-kumo-subtle">{call.why}</p>
        <Raw entry={entry} />
      </>
    );
  }
  const title = call.dialect === "browser" ? "as analytics.js" : "as a server library";
  return <CodeView code={call.code} label="the call" title={title} tall />;
}

/** The event's JSON, indented, every character as it is. */
export function Raw({ entry }: EventViewProps): ReactNode {
  const readable = useMemo(() => readableJson(entry.raw), [entry.raw]);
  return (
    <>
      <CodeView
        code={readable.text}
        label="the payload"
        title={readable.isJson ? "JSON" : "as it came"}
        wrap={!readable.isJson}
        tall
      />
      {entry.truncated === true && (
        <p className="text-kumo-subtle text-sm">The payload was longer; what was kept ends here.</p>
      )}
    </>
  );
}
