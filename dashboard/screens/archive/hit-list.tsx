import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useEffect, useRef } from "react";
import type { Hit } from "../../logic/archive-hits.ts";
import type { Order } from "../../logic/archive-question.ts";
import { absoluteTime } from "../../logic/times.ts";
import { TypeBadge } from "../../parts/labels.tsx";
import { useIsPhone } from "../../parts/use-media.ts";

/** Heights of a row in px; all rows are equal, so that thousands of them need no measuring. */
const ROW_PX = { line: 44, card: 68 };

interface HitListProps {
  readonly hits: readonly Hit[];
  readonly order: Order;
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
}

/** The events found; only those in view exist in the page. New ones join at its end: nothing moves. */
export function HitList({ hits, order, selected, onSelect }: HitListProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const phone = useIsPhone();
  const rowPx = phone ? ROW_PX.card : ROW_PX.line;
  const rows = useVirtualizer({
    count: hits.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => hits[index]?.key ?? index,
    overscan: 12,
  });
  useEffect(() => rows.measure(), [rows, rowPx]);
  const followed = useRef<string>(undefined);
  useEffect(() => {
    if (followed.current === selected) return;
    const at = hits.findIndex(({ key }) => key === selected);
    if (at < 0) return;
    followed.current = selected;
    rows.scrollToIndex(at, { align: "auto" });
  }, [rows, hits, selected]);
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label={`Events found, ${order === "asc" ? "oldest" : "newest"} first`}
      aria-activedescendant={selected === undefined ? undefined : `hit-${selected}`}
      tabIndex={0}
      className="max-h-[70dvh] min-w-0 flex-1 overflow-y-auto [overflow-anchor:none] focus-visible:-outline-offset-2"
    >
      <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const hit = hits[item.index];
          return (
            hit !== undefined && (
              <div
                key={item.key}
                className="absolute inset-x-0 top-0"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                <HitRow
                  hit={hit}
                  layout={phone ? "card" : selected === undefined ? "wide" : "narrow"}
                  selected={hit.key === selected}
                  onSelect={onSelect}
                />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

interface HitRowProps {
  readonly hit: Hit;
  /** `narrow`: beside the open panel. */
  readonly layout: "wide" | "narrow" | "card";
  readonly selected: boolean;
  readonly onSelect: (key: string) => void;
}

/** One event. Its text is isolated, so that right-to-left names do not turn the row around. */
const HitRow = memo(function HitRow({ hit, layout, selected, onSelect }: HitRowProps): ReactNode {
  return (
    <div
      id={`hit-${hit.key}`}
      role="option"
      aria-selected={selected}
      tabIndex={-1}
      onClick={() => onSelect(hit.key)}
      // j, k and the arrows are the list's.
      onKeyDown={(event) => event.key === "Enter" && onSelect(hit.key)}
      className={`border-kumo-hairline hover:bg-kumo-tint aria-selected:bg-kumo-tint h-full cursor-pointer border-b border-l-3 px-4 ${
        selected ? "border-l-kumo-brand" : "border-l-transparent"
      }`}
    >
      {layout === "card" ? (
        <div className="flex h-full flex-col justify-center gap-1.5">
          <div className="flex min-w-0 items-center gap-2">
            <TypeBadge type={hit.type} />
            <Title hit={hit} />
          </div>
          <div className="flex min-w-0 items-baseline justify-between gap-3">
            <Received at={hit.receivedAt} />
            <User hit={hit} />
          </div>
        </div>
      ) : (
        <div
          className={`grid h-full items-center gap-4 ${
            layout === "wide"
              ? "grid-cols-[12rem_5.5rem_minmax(0,1fr)_minmax(0,16rem)]"
              : "grid-cols-[12rem_minmax(0,1fr)]"
          }`}
        >
          <Received at={hit.receivedAt} />
          {layout === "wide" && (
            <span>
              <TypeBadge type={hit.type} />
            </span>
          )}
          <Title hit={hit} />
          {layout === "wide" && <User hit={hit} />}
        </div>
      )}
    </div>
  );
});

/** In UTC, as days and times of the archive are; the local time on hover. */
const Received = ({ at }: { at: number | undefined }): ReactNode =>
  at === undefined ? (
    <span className="text-kumo-subtle text-sm">unknown time</span>
  ) : (
    <time
      dateTime={new Date(at).toISOString()}
      title={absoluteTime(at)}
      className="text-kumo-subtle text-sm whitespace-nowrap tabular-nums"
    >
      {new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC
    </time>
  );

const Title = ({ hit }: { hit: Hit }): ReactNode => <bdi className="min-w-0 truncate font-medium">{hit.title}</bdi>;

const User = ({ hit }: { hit: Hit }): ReactNode => (
  <bdi className="text-kumo-subtle block min-w-0 truncate text-sm">{hit.user}</bdi>
);
