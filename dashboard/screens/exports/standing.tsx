import { Banner } from "@cloudflare/kumo/components/banner";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { lastRunsQuery } from "../../api/export-queries.ts";
import type { ExportRun, ExportState, FollowerState } from "../../api/export-types.ts";
import { errorAdvice, errorSentence, RUN_WORDS, targetWords, warehouseOf } from "../../logic/export-words.ts";
import { failedRun, runningWords } from "../../logic/exports.ts";
import { count, plural } from "../../logic/times.ts";
import { HourLabel } from "../../parts/hour-label.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { useWarehouseNames } from "../../parts/use-warehouse-names.ts";
import { Until, When } from "../../parts/when.tsx";

/** Of an error above everything else; the whole of it is in the history. */
const BANNER_CHARS = 160;

interface StandingProps {
  readonly sourceId: string;
  readonly state: ExportState;
}

/** What happens at this moment and what went wrong last, before any list. */
export function Standing({ sourceId, state }: StandingProps): ReactNode {
  const runs = useQuery(lastRunsQuery(sourceId)).data ?? [];
  const failed = state.enabled ? failedRun(runs) : undefined;
  const last = runs.find(({ status }) => status !== "running");
  const history = `/sources/${sourceId}/exports?view=history`;
  return (
    <div className="flex flex-col gap-3 empty:hidden">
      {!state.enabled && (
        <Banner
          size="sm"
          variant="secondary"
          description={
            <>
              Nothing is exported while it is switched off; the archive keeps every event, and hours that were missed
              are made once it is on again.{" "}
              <TextLink href={`/sources/${sourceId}/exports?view=settings`}>Settings</TextLink>
            </>
          }
        />
      )}
      {failed !== undefined && (
        <Banner
          variant="error"
          title="The last export failed"
          description={
            <span className="wrap-anywhere">
              The hour <HourLabel at={failed.hour} /> was not published:{" "}
              <bdi>{errorSentence(failed.error ?? "", BANNER_CHARS)}</bdi> {errorAdvice(failed)}{" "}
              <TextLink href={history}>History</TextLink>
            </span>
          }
        />
      )}
      <Followers state={state} />
      {(state.running !== undefined || last !== undefined) && (
        <p role="status" className="text-kumo-subtle text-sm">
          {state.running !== undefined && (
            <>
              Working on the hour <HourLabel at={state.running.hour} />: {runningWords(state.running)}.{" "}
            </>
          )}
          {last !== undefined && (
            <>
              Last run <When at={last.finishedAt ?? last.startedAt} />: <Outcome run={last} history={history} />,{" "}
              {plural(last.rows, "row")}. {count(state.publishedHours)}{" "}
              {state.publishedHours === 1 ? "hour is" : "hours are"} published.
            </>
          )}
        </p>
      )}
    </div>
  );
}

/** Values that a run could not keep are named in the history. */
const Outcome = ({ run: { status }, history }: { run: ExportRun; history: string }): ReactNode =>
  status === "partial" ? <TextLink href={history}>{RUN_WORDS.partial}, see what was lost</TextLink> : RUN_WORDS[status];

/** Those in trouble; how all of them are is in the history. */
function Followers({ state }: { state: ExportState }): ReactNode {
  const failing = state.followers.filter(({ error }) => error !== undefined);
  const nameOf = useWarehouseNames(failing.map(({ name }) => name));
  return failing.map((follower) => (
    <Banner
      key={follower.name}
      variant="alert"
      title={`${targetWords(follower.name, nameOf)}: ${plural(follower.behind, "hour")} behind`}
      description={<Trouble follower={follower} />}
    />
  ));
}

const Trouble = ({ follower: { name, error = "", retryAt } }: { follower: FollowerState }): ReactNode => (
  <span className="wrap-anywhere">
    <bdi>{errorSentence(error, BANNER_CHARS)}</bdi> {errorAdvice({ target: name, error })}
    {retryAt !== undefined && (
      <>
        {" "}
        Next try <Until at={retryAt} />.
      </>
    )}
    {warehouseOf(name) !== undefined && (
      <>
        {" "}
        <TextLink href={`/warehouses/${warehouseOf(name)}`}>The warehouse</TextLink>
      </>
    )}
  </span>
);
