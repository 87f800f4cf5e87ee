import { InfoIcon, WarningCircleIcon } from "@phosphor-icons/react";
import { type ReactNode, useState } from "react";
import type { Notice } from "../../api/export-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { byWeight, noticeAdvice, placeOf } from "../../logic/export-words.ts";
import { count } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";

/** Notices shown before all are asked for: a run may have hundreds. */
const STEP = 10;

interface NoticeListProps {
  readonly notices: readonly Notice[];
  /** Of the exports' screen. */
  readonly sourceId: string;
  /** The place is known from where the list stands. */
  readonly placed?: boolean;
}

/** What mapping had to say, in sentences: how often, where, what it means, the first value, and what to do. */
export function NoticeList({ notices, sourceId, placed = false }: NoticeListProps): ReactNode {
  const [shown, setShown] = useState(STEP);
  const sorted = notices.toSorted(byWeight);
  return (
    <>
      <ul className="flex flex-col gap-2 text-sm">
        {sorted.slice(0, shown).map((notice) => (
          <li key={`${notice.code} ${placeOf(notice)}`} className="flex items-start gap-2">
            {notice.lost ? (
              <WarningCircleIcon aria-label="Lost" size={16} className="text-kumo-warning mt-0.5 shrink-0" />
            ) : (
              <InfoIcon aria-label="For information" size={16} className="text-kumo-subtle mt-0.5 shrink-0" />
            )}
            <NoticeText notice={notice} sourceId={sourceId} placed={placed} />
          </li>
        ))}
      </ul>
      {sorted.length > shown && (
        <button
          type="button"
          className="text-kumo-link mt-2 cursor-pointer text-sm"
          onClick={() => setShown(sorted.length)}
        >
          Show {count(sorted.length - shown)} more
        </button>
      )}
    </>
  );
}

function NoticeText({ notice, sourceId, placed }: Omit<NoticeListProps, "notices"> & { notice: Notice }): ReactNode {
  const { code, table, count: times, example, text } = notice;
  const advice = noticeAdvice(notice);
  return (
    <p className="min-w-0 wrap-anywhere">
      {!placed && table !== "" && (
        <>
          <span className="font-mono">
            <TextLink href={`/sources/${sourceId}/exports?${new URLSearchParams({ table })}`}>
              {placeOf(notice)}
            </TextLink>
          </span>
          {": "}
        </>
      )}
      <span className="tabular-nums">{count(times)} ×</span> {text}
      {example !== undefined && (
        <>
          {" "}
          The first: <bdi className="bg-kumo-tint rounded px-1 font-mono">{clip(example, 100)}</bdi>
        </>
      )}
      {advice !== undefined && <span className="text-kumo-subtle"> {advice}</span>}{" "}
      <code className="text-kumo-subtle font-mono text-xs">{code}</code>
    </p>
  );
}
