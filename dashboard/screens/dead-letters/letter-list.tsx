import { Badge } from "@cloudflare/kumo/components/badge";
import { CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import type { LetterObject } from "../../api/delivery-types.ts";
import { subscriptionsQuery } from "../../api/destination-queries.ts";
import { mappingNames } from "../../logic/dead-letters.ts";
import { replayIdOf } from "../../logic/replay-id.ts";
import { plural } from "../../logic/times.ts";
import { Bar } from "../../parts/page-states.tsx";
import { When } from "../../parts/when.tsx";
import { ReasonCode } from "../../parts/reason-code.tsx";

const Letters = lazy(() => import("./letters.tsx"));

interface LetterListProps {
  readonly destinationId: string;
  readonly objects: readonly LetterObject[];
  /** Key of the open one. */
  readonly open: string | undefined;
  readonly onOpen: (key: string | undefined) => void;
}

/** Deliveries that were given up together, the newest first; each opens to its events. */
export function LetterList({ destinationId, objects, open, onOpen }: LetterListProps): ReactNode {
  const mappings = useQuery(subscriptionsQuery(destinationId));
  return (
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
            <Reasons object={object} mappings={mappingNames(object.subscriptionIds, mappings.data)} />
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
}

interface ReasonsProps {
  readonly object: LetterObject;
  /** Which mappings failed, in words. */
  readonly mappings: string;
}

const Reasons = ({ object: { reasons, resentAs, replayId, lines }, mappings }: ReasonsProps): ReactNode => (
  <span className="flex min-w-0 flex-col gap-1">
    {reasons.map(({ reason, sentence, count }) => (
      <span key={reason} className="break-words">
        {sentence} <ReasonCode reason={reason} sentence={sentence} />
        {count !== lines && <span className="text-kumo-subtle text-sm"> {count} ×</span>}
      </span>
    ))}
    {(resentAs.length > 0 || replayId !== undefined || mappings !== "") && (
      <span className="flex flex-wrap items-center gap-2">
        {mappings !== "" && <span className="text-kumo-subtle text-sm wrap-anywhere">by {mappings}</span>}
        {resentAs.length > 0 && <Badge variant="info">sent again</Badge>}
        {replayId !== undefined && (
          <Badge variant="secondary">
            {replayIdOf(replayId) === undefined ? "failed in a re-send" : "failed in a replay"}
          </Badge>
        )}
      </span>
    )}
  </span>
);
