import { Tabs } from "@cloudflare/kumo/components/tabs";
import type { ReactNode } from "react";
import type { Hit } from "../../logic/archive-hits.ts";
import { traceHref } from "../../logic/jumps.ts";
import { Pretty, Raw } from "../../parts/event-views.tsx";
import { TypeBadge } from "../../parts/labels.tsx";
import { SidePanel } from "../../parts/side-panel.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { When } from "../../parts/when.tsx";

const VIEWS = [
  { value: "pretty", label: "Pretty" },
  { value: "raw", label: "Raw" },
];

interface HitPanelProps {
  readonly sourceId: string;
  /** Absent when the address names an event that was not found (yet). */
  readonly hit: Hit | undefined;
  readonly view: string | undefined;
  readonly onViewChange: (view: string | undefined) => void;
  readonly onClose: () => void;
}

/** One archived event, close up. */
export default function HitPanel({ sourceId, hit, view, onViewChange, onClose }: HitPanelProps): ReactNode {
  return (
    <SidePanel
      label="The selected event"
      title={hit === undefined ? "This event is not among those found" : hit.title}
      about={
        hit !== undefined && (
          <>
            <TypeBadge type={hit.type} />
            {hit.receivedAt !== undefined && <When at={hit.receivedAt} />}
            {hit.messageId !== undefined && (
              <TextLink href={traceHref(hit.messageId, sourceId)}>Trace: where it went</TextLink>
            )}
          </>
        )
      }
      onClose={onClose}
    >
      {hit === undefined ? (
        <p className="text-kumo-subtle px-4 pb-4">
          The search may not have come to it yet, or its time may have moved on: “Last 24 hours” is always the last.
        </p>
      ) : (
        <>
          <div className="px-4 pb-3">
            <Tabs
              size="sm"
              tabs={VIEWS}
              value={view === "raw" ? "raw" : "pretty"}
              onValueChange={(next) => onViewChange(next === "pretty" ? undefined : next)}
            />
          </div>
          <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-4 pb-6 md:max-h-[60dvh]" key={hit.key}>
            {view === "raw" ? <Raw entry={entryOf(hit)} /> : <Pretty entry={entryOf(hit)} />}
          </div>
        </>
      )}
    </SidePanel>
  );
}

const entryOf = ({ raw, type }: Hit) => (type === undefined ? { raw } : { raw, type });
