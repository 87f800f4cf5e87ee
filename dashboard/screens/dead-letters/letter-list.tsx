import { Badge } from "@cloudflare/kumo/components/badge";
import { CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import { lazy, type ReactNode, Suspense } from "react";
import type { LetterObject } from "../../api/delivery-types.ts";
import { plural } from "../../logic/times.ts";
import { Bar } from "../../parts/page-states.tsx";
import { When } from "../../parts/when.tsx";

const Letters = lazy(() => import("./letters.tsx"));

interface LetterListProps {
  readonly destinationId: string;
  readonly objects: readonly LetterObject[];
  /** Key of the open one. */
  readonly open: string | undefined;
  readonly onOpen: (key: string | undefined) => void;
}

/** Deliveries that were given up together, the newest first; each opens to its events. */
export const LetterList = ({ destinationId, objects, open, onOpen }: LetterListProps): ReactNode => (
  <ul aria-label="Dead letters" className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
    {objects.map((object) => (
      <li key={object.key} className="border-kumo-hairline border-b last:border-b-0">
        <button
          type="button"
          aria-expanded={open === object.key}
          onClick={() => onOpen(open === object.key ? undefined : object.key)}
          className="hover:bg-kumo-tint grid w-full cursor-pointer grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-3 px-4 py-3 text-left"
        >
          {open === object.key ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden />}
          <Reasons object={object} />
          <span className="text-right text-sm">
            <span className="block font-medium tabular-nums">{plural(object.lines, "delivery", "deliveries")}</span>
            <span className="text-kumo-subtle">
              <When at={object.at} />
            </span>
          </span>
        </button>
        {open === object.key && (
          <Suspense fallback={<Bar className="m-4 w-56" />}>
            <Letters destinationId={destinationId} objectKey={object.key} />
          </Suspense>
        )}
      </li>
    ))}
  </ul>
);

const Reasons = ({ object: { reasons, resentAs, replayId, lines } }: { object: LetterObject }): ReactNode => (
  <span className="flex min-w-0 flex-col gap-1">
    {reasons.map(({ reason, sentence, count }) => (
      <span key={reason} className="break-words">
        {sentence} <code className="text-kumo-subtle font-mono text-xs">{reason}</code>
        {count !== lines && <span className="text-kumo-subtle text-sm"> {count} ×</span>}
      </span>
    ))}
    {(resentAs.length > 0 || replayId !== undefined) && (
      <span className="flex flex-wrap gap-2">
        {resentAs.length > 0 && <Badge variant="info">sent again</Badge>}
        {replayId !== undefined && <Badge variant="secondary">failed in a re-send</Badge>}
      </span>
    )}
  </span>
);
