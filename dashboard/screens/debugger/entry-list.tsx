import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { ArrowUpIcon, BroadcastIcon, FunnelIcon } from "@phosphor-icons/react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { DebuggerFilter } from "../../../src/core/debugger.ts";
import type { Live } from "../../live/use-live-list.ts";
import { isFiltered } from "../../logic/filters.ts";
import { plural } from "../../logic/times.ts";
import { ListSkeleton } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useIsPhone } from "../../parts/use-media.ts";
import { EntryRow, ROW_PX } from "./entry-row.tsx";

interface EntryListProps {
  readonly sourceId: string;
  readonly live: Live;
  readonly filter: DebuggerFilter;
  readonly selected: number | undefined;
  readonly onSelect: (seq: number) => void;
  /** Rows must not move: the list is scrolled away from its top, or the pointer is on it. */
  readonly onHeldChange: (held: boolean) => void;
  readonly onClearFilter: () => void;
  /** The panel is open beside it. */
  readonly narrow: boolean;
}

/** The live rows, newest first; only those in view exist in the page. */
export function EntryList(props: EntryListProps): ReactNode {
  const { live, selected, onSelect } = props;
  const { shown, waiting } = live.list;
  const scroller = useRef<HTMLDivElement>(null);
  const hold = useHold(props.onHeldChange);
  const phone = useIsPhone();
  const rowPx = phone ? ROW_PX.card : ROW_PX.line;
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => shown[index]?.seq ?? index,
    overscan: 12,
  });
  useEffect(() => rows.measure(), [rows, rowPx]);
  const followed = useRef<number>(undefined);
  useEffect(() => {
    // Follows the selection when it moves, not the rows that arrive above it.
    if (followed.current === selected) return;
    followed.current = selected;
    const at = shown.findIndex((entry) => entry.seq === selected);
    if (at >= 0) rows.scrollToIndex(at, { align: "auto" });
  }, [rows, shown, selected]);
  const showWaiting = (): void => {
    live.release();
    scroller.current?.scrollTo({ top: 0 });
  };
  if (!live.list.loaded)
    return (
      <div className="flex-1 overflow-hidden px-4 sm:px-8">
        <ListSkeleton rows={8} />
      </div>
    );
  if (shown.length === 0) return <NothingShown {...props} />;
  return (
    <div className="relative flex min-w-0 flex-1 flex-col">
      {waiting.length > 0 && (
        <Button
          size="sm"
          variant="primary"
          icon={<ArrowUpIcon aria-hidden />}
          className="absolute top-2 left-1/2 z-10 -translate-x-1/2 rounded-full shadow-md"
          onClick={showWaiting}
        >
          {plural(waiting.length, "new event")}
        </Button>
      )}
      <div
        ref={scroller}
        {...hold}
        role="listbox"
        aria-label="Events, newest first"
        aria-activedescendant={selected === undefined ? undefined : `entry-${selected}`}
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const entry = shown[item.index];
            return (
              entry !== undefined && (
                <div
                  key={item.key}
                  className="absolute inset-x-0 top-0"
                  style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                >
                  <EntryRow
                    entry={entry}
                    layout={phone ? "card" : props.narrow ? "narrow" : "wide"}
                    selected={entry.seq === selected}
                    onSelect={onSelect}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Watches whether somebody reads at a fixed place. A finger that lifted points at nothing. */
function useHold(onHeldChange: (held: boolean) => void) {
  const [over, setOver] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => onHeldChange(over || scrolled), [over, scrolled, onHeldChange]);
  return {
    // Not "enter": that is lost when the pointer rested on something that this list replaced.
    onPointerMove: (event: PointerEvent) => setOver(event.pointerType === "mouse"),
    onPointerLeave: () => setOver(false),
    onScroll: (event: { currentTarget: HTMLElement }) => setScrolled(event.currentTarget.scrollTop > 4),
  };
}

function NothingShown({ sourceId, filter, onClearFilter }: EntryListProps): ReactNode {
  const filtered = isFiltered(filter);
  return (
    <div className="flex flex-1 items-start justify-center overflow-y-auto p-6">
      {filtered ? (
        <Empty
          size="sm"
          icon={<FunnelIcon size={32} className="text-kumo-inactive" />}
          title="No event matches"
          description="Of the newest 500. New ones that match appear here as they arrive."
          contents={<Button onClick={onClearFilter}>Clear the filters</Button>}
        />
      ) : (
        <Empty
          size="sm"
          icon={<BroadcastIcon size={32} className="text-kumo-inactive" />}
          title="Waiting for the first event"
          description="Every call to this source appears here within a moment, refused ones too, with the reason."
          contents={<TextLink href={`/sources/${sourceId}/setup`}>Connect something or send a test event</TextLink>}
        />
      )}
    </div>
  );
}
