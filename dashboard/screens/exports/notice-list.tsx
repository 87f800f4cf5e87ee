import { InfoIcon, WarningCircleIcon } from "@phosphor-icons/react";
import { type ReactNode, useState } from "react";
import type { Notice } from "../../api/export-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { noticeAdvice, type NoticeGroup, noticeGroups, placeOf } from "../../logic/export-words.ts";
import { count } from "../../logic/times.ts";
import { TextLink } from "../../parts/text-link.tsx";

/** Places shown before all are asked for: a run may have hundreds. */
const STEP = 8;

interface NoticeListProps {
  readonly notices: readonly Notice[];
  /** Whose tables the places lead to; absent where the place is known from where the list stands. */
  readonly sourceId?: string;
}

/** What mapping had to say, in sentences: how often, what it means, what to do, and where with the first value. */
export const NoticeList = ({ notices, sourceId }: NoticeListProps): ReactNode => (
  <ul className="flex flex-col gap-3 text-sm">
    {noticeGroups(notices).map((group) => (
      <li key={group.code} className="flex items-start gap-2">
        {group.lost ? (
          <WarningCircleIcon aria-label="Lost" size={16} className="text-kumo-warning mt-0.5 shrink-0" />
        ) : (
          <InfoIcon aria-label="For information" size={16} className="text-kumo-subtle mt-0.5 shrink-0" />
        )}
        <div className="min-w-0">
          <Sentence group={group} />
          {sourceId === undefined ? (
            <Example notice={group.notices[0]!} />
          ) : (
            <Places notices={group.notices} sourceId={sourceId} />
          )}
        </div>
      </li>
    ))}
  </ul>
);

function Sentence({ group }: { group: NoticeGroup }): ReactNode {
  const advice = noticeAdvice(group);
  return (
    <p className="wrap-anywhere">
      <span className="tabular-nums">{count(group.count)} ×</span> {group.text}
      {advice !== undefined && <span className="text-kumo-subtle"> {advice}</span>}{" "}
      <code className="text-kumo-subtle font-mono text-xs">{group.code}</code>
    </p>
  );
}

const Example = ({ notice: { example } }: { notice: Notice }): ReactNode =>
  example !== undefined && (
    <p className="wrap-anywhere">
      The first: <bdi className="bg-kumo-tint rounded px-1 font-mono">{clip(example, 100)}</bdi>
    </p>
  );

function Places({ notices, sourceId }: { notices: readonly Notice[]; sourceId: string }): ReactNode {
  const [all, setAll] = useState(false);
  const placed = notices.filter(({ table }) => table !== "");
  if (placed.length === 0) return <Example notice={notices[0]!} />;
  return (
    <ul className="mt-1 flex flex-col gap-0.5">
      {placed.slice(0, all ? placed.length : STEP).map((notice) => (
        <li key={placeOf(notice)} className="wrap-anywhere">
          <span className="font-mono">
            <TextLink href={`/sources/${sourceId}/exports?${new URLSearchParams({ table: notice.table })}`}>
              {placeOf(notice)}
            </TextLink>
          </span>{" "}
          <span className="text-kumo-subtle tabular-nums">
            {count(notice.count)} ×{notice.example !== undefined && ", the first "}
          </span>
          {notice.example !== undefined && (
            <bdi className="bg-kumo-tint rounded px-1 font-mono">{clip(notice.example, 100)}</bdi>
          )}
        </li>
      ))}
      {!all && placed.length > STEP && (
        <li>
          <button type="button" className="text-kumo-link cursor-pointer" onClick={() => setAll(true)}>
            Show {count(placed.length - STEP)} more
          </button>
        </li>
      )}
    </ul>
  );
}
