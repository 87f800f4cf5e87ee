import { Banner } from "@cloudflare/kumo/components/banner";
import { Tabs } from "@cloudflare/kumo/components/tabs";
import type { ReactNode } from "react";
import type { DebuggerEntry } from "../../../src/core/debugger.ts";
import { entryTitle } from "../../logic/entry-text.ts";
import { traceHref } from "../../logic/jumps.ts";
import { Pretty, Raw } from "../../parts/event-views.tsx";
import { StatusWord, TypeBadge } from "../../parts/labels.tsx";
import { SidePanel } from "../../parts/side-panel.tsx";
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
    <SidePanel
      label="The selected event"
      title={entry === undefined ? "This event is not in the list" : entryTitle(entry)}
      about={
        entry !== undefined && (
          <>
            <StatusWord status={entry.status} />
            <TypeBadge type={entry.type} />
            <When at={entry.receivedAt} />
            {entry.messageId !== undefined && (
              <TextLink href={traceHref(entry.messageId, sourceId)}>Trace: where it went</TextLink>
            )}
          </>
        )
      }
      onClose={onClose}
    >
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
    </SidePanel>
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
