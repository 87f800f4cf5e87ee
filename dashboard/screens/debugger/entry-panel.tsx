import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { Tabs } from "@cloudflare/kumo/components/tabs";
import { XIcon } from "@phosphor-icons/react";
import { type ReactNode, useMemo } from "react";
import type { DebuggerEntry } from "../../../src/core/debugger.ts";
import { entryTitle } from "../../logic/entry-text.ts";
import { traceHref } from "../../logic/jumps.ts";
import { readableJson } from "../../logic/json-text.ts";
import { prettyCall } from "../../logic/pretty-call.ts";
import { CodeView } from "../../parts/code-view.tsx";
import { StatusWord, TypeBadge } from "../../parts/labels.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { When } from "../../parts/when.tsx";
import { EntryDetails } from "./entry-details.tsx";

const VIEWS = [
  { value: "pretty", label: "Pretty" },
  { value: "raw", label: "Raw" },
  { value: "details", label: "Details" },
];

interface EntryPanelProps {
  readonly sourceId: string;
  /** Absent when the address names an event that the list does not hold. */
  readonly entry: DebuggerEntry | undefined;
  readonly view: string | undefined;
  readonly onViewChange: (view: string | undefined) => void;
  readonly onClose: () => void;
}

/** One event, close up: beside the list where there is room, over it on a phone. */
export default function EntryPanel({
  sourceId,
  entry,
  view = "pretty",
  onViewChange,
  onClose,
}: EntryPanelProps): ReactNode {
  return (
    <aside
      aria-label="The selected event"
      className="border-kumo-hairline bg-kumo-base fixed inset-0 z-30 flex min-h-0 flex-col md:static md:z-auto md:w-[min(32rem,48%)] md:border-l"
    >
      <div className="flex items-start gap-2 px-4 pt-3 pb-2">
        <div className="min-w-0 flex-1">
          <p className="line-clamp-2 font-semibold break-words">
            <bdi>{entry === undefined ? "This event is not in the list" : entryTitle(entry)}</bdi>
          </p>
          {entry !== undefined && (
            <p className="text-kumo-subtle mt-1 flex flex-wrap items-center gap-2 text-sm">
              <StatusWord status={entry.status} />
              <TypeBadge type={entry.type} />
              <When at={entry.receivedAt} />
              {entry.messageId !== undefined && (
                <TextLink href={traceHref(entry.messageId, sourceId)}>Trace: where it went</TextLink>
              )}
            </p>
          )}
        </div>
        <Button
          shape="square"
          variant="ghost"
          size="sm"
          icon={<XIcon aria-hidden />}
          aria-label="Close"
          onClick={onClose}
        />
      </div>
      {entry === undefined ? (
        <p className="text-kumo-subtle px-4">
          It does not match the filters, or it is older than the newest 500 that are kept here.
        </p>
      ) : (
        <>
          <div className="px-4 pb-3">
            <Tabs
              size="sm"
              tabs={VIEWS}
              value={VIEWS.some((known) => known.value === view) ? view : "pretty"}
              onValueChange={(next) => onViewChange(next === "pretty" ? undefined : next)}
            />
          </div>
          <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-4 pb-6" key={entry.seq}>
            <ReasonBanner entry={entry} />
            {view === "raw" ? (
              <Raw entry={entry} />
            ) : view === "details" ? (
              <EntryDetails sourceId={sourceId} entry={entry} />
            ) : (
              <Pretty entry={entry} />
            )}
          </div>
        </>
      )}
    </aside>
  );
}

const ReasonBanner = ({ entry }: { entry: DebuggerEntry }): ReactNode =>
  entry.sentence !== undefined && (
    <Banner
      size="sm"
      variant={entry.status === "refused" ? "error" : "alert"}
      description={
        <span className="break-words">
          <bdi>{entry.sentence}</bdi> <code className="font-mono text-xs">{entry.reason}</code>
        </span>
      }
    />
  );

function Pretty({ entry }: { entry: DebuggerEntry }): ReactNode {
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

function Raw({ entry }: { entry: DebuggerEntry }): ReactNode {
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
