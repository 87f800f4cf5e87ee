import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { EnvelopeOpenIcon, PaperPlaneTiltIcon } from "@phosphor-icons/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { deadLettersQuery, resendsQuery } from "../api/delivery-queries.ts";
import type { LetterObject } from "../api/delivery-types.ts";
import { criteriaOf, lettersSentence, LETTER_PERIODS, reasonsIn } from "../logic/dead-letters.ts";
import { reasonLine } from "../logic/reason-words.ts";
import { Choice } from "../parts/choice.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { LetterList } from "./dead-letters/letter-list.tsx";
import { Resends } from "./dead-letters/resends.tsx";

const ResendDialog = lazy(() => import("./dead-letters/resend-dialog.tsx"));
const route = getRouteApi("/shell/destinations/$destinationId/dead-letters");

/** What was given up, and can it be sent again? */
export function DeadLettersScreen(): ReactNode {
  const { destinationId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: typeof search): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const criteria = criteriaOf(search.reason, search.period);
  const letters = useInfiniteQuery(deadLettersQuery(destinationId, criteria));
  const resends = useQuery(resendsQuery(destinationId));
  const objects = letters.data?.pages.flatMap(({ items }) => items) ?? [];
  const filtered = search.reason !== undefined || search.period !== undefined;
  return (
    <Page
      title="Dead letters"
      answer={
        letters.data === undefined
          ? "What was given up, and can it be sent again?"
          : lettersSentence(objects, letters.hasNextPage, filtered)
      }
      actions={
        objects.length > 0 && (
          <Button variant="primary" icon={<PaperPlaneTiltIcon aria-hidden />} onClick={() => change({ resend: "1" })}>
            Send {filtered ? "these" : "all"} again…
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-6">
        {(resends.data?.length ?? 0) > 0 && <Resends resends={resends.data ?? []} />}
        {(objects.length > 0 || filtered) && (
          <Criteria objects={objects} reason={search.reason} period={search.period} onChange={change} />
        )}
        <Loaded query={letters} failure="The dead letters could not be loaded">
          {() =>
            objects.length === 0 ? (
              <Nothing filtered={filtered} onClear={() => change({ reason: "", period: "" })} />
            ) : (
              <>
                <LetterList
                  destinationId={destinationId}
                  objects={objects}
                  open={search.open}
                  onOpen={(key) => change({ open: key ?? "" })}
                />
                {letters.hasNextPage && (
                  <Button
                    className="self-start"
                    loading={letters.isFetchingNextPage}
                    onClick={() => void letters.fetchNextPage()}
                  >
                    Show older ones
                  </Button>
                )}
              </>
            )
          }
        </Loaded>
      </div>
      {search.resend !== undefined && letters.data !== undefined && (
        <Suspense>
          <ResendDialog
            destinationId={destinationId}
            reason={search.reason}
            period={search.period}
            onClose={() => change({ resend: "" })}
          />
        </Suspense>
      )}
    </Page>
  );
}

interface CriteriaProps {
  readonly objects: readonly LetterObject[];
  readonly reason: string | undefined;
  readonly period: string | undefined;
  readonly onChange: (search: { reason?: string; period?: string }) => void;
}

const Criteria = ({ objects, reason = "", period = "", onChange }: CriteriaProps): ReactNode => {
  const known = reasonsIn(objects);
  return (
    <div className="grid gap-3 sm:max-w-2xl sm:grid-cols-2">
      <Choice
        label="Reason"
        value={reason}
        choices={[
          ["", "Any reason"],
          ...known.map(({ reason: code, sentence }) => [code, reasonLine(code, sentence)] as const),
          ...(reason !== "" && !known.some((one) => one.reason === reason) ? [[reason, reason] as const] : []),
        ]}
        onChange={(next) => onChange({ reason: next })}
      />
      <Choice
        label="Given up"
        value={period}
        choices={[["", "Within 90 days"], ...LETTER_PERIODS.map(({ id, label }) => [id, label] as const)]}
        onChange={(next) => onChange({ period: next })}
      />
    </div>
  );
};

const Nothing = ({ filtered, onClear }: { filtered: boolean; onClear: () => void }): ReactNode => (
  <Empty
    icon={<EnvelopeOpenIcon size={40} className="text-kumo-inactive" />}
    title={filtered ? "None of these" : "Nothing was given up"}
    description={
      filtered
        ? "No dead letter has this reason and time."
        : "An event that cannot be delivered after about four hours of attempts, or that is refused for good, is listed here for 90 days at most, to be sent again once the cause is gone."
    }
    {...(filtered ? { contents: <Button onClick={onClear}>Show all</Button> } : {})}
  />
);
