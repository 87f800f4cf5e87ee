import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { ApiError } from "../api/client.ts";
import { replayQuery } from "../api/replay-queries.ts";
import type { ReplayAnswer } from "../api/replay-types.ts";
import { replayAnswer } from "../logic/replay-answers.ts";
import { isOver, titleOf } from "../logic/replays.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton, NotFound } from "../parts/page-states.tsx";
import { Page } from "../parts/page.tsx";
import { ReplayWord } from "../parts/replay-word.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { When } from "../parts/when.tsx";
import { Actions } from "./replays/actions.tsx";
import { About } from "./replays/about.tsx";
import { Checking } from "./replays/checking.tsx";
import { Tracks } from "./replays/tracks.tsx";

const DryRun = lazy(() => import("./replays/dry-run.tsx"));
const Start = lazy(() => import("./replays/start.tsx"));
const route = getRouteApi("/shell/replays/$replayId");
const LIST = <TextLink href="/replays">Replays</TextLink>;

/** What would be sent, and how far is it? */
export function ReplayScreen(): ReactNode {
  const { replayId } = route.useParams();
  const { report } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (open: boolean): void =>
    void navigate({ search: { report: open ? "shown" : "hidden" }, replace: true, resetScroll: false });
  const query = useQuery(replayQuery(replayId));
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound />;
  if (query.data !== undefined) {
    return (
      <ReplayPage key={replayId} answer={query.data}>
        <Loaded query={query} failure="The replay could not be loaded">
          {(answer) => <Parts answer={answer} open={isReportOpen(answer, report)} onOpen={show} />}
        </Loaded>
      </ReplayPage>
    );
  }
  return (
    <Page title="Replay" above={LIST} answer="What would be sent, and how far is it?">
      <Loaded query={query} failure="The replay could not be loaded" skeleton={<ListSkeleton rows={6} />}>
        {() => null}
      </Loaded>
    </Page>
  );
}

function ReplayPage({ answer: { replay }, children }: { answer: ReplayAnswer; children: ReactNode }): ReactNode {
  const { status, createdAt, startedAt, finishedAt } = replay;
  return (
    <Page
      title={titleOf(replay)}
      above={LIST}
      answer={
        <>
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span role="status">
              <ReplayWord status={status} />
            </span>
            <bdi className="min-w-0 wrap-anywhere">{replayAnswer(replay)}</bdi>
          </p>
          <p className="mt-1 text-sm">
            Prepared <When at={createdAt} />
            {startedAt !== undefined && (
              <>
                , started <When at={startedAt} />
              </>
            )}
            {finishedAt !== undefined && isOver(status) && (
              <>
                , {status} <When at={finishedAt} />
              </>
            )}
            .
          </p>
        </>
      }
      actions={<Actions replay={replay} />}
    >
      {children}
    </Page>
  );
}

/** Before it is started, what the dry run says is all there is; later, what happens comes first. */
const isReportOpen = ({ replay }: ReplayAnswer, asked: string | undefined): boolean =>
  asked === undefined ? replay.startedAt === undefined : asked === "shown";

interface PartsProps {
  readonly answer: ReplayAnswer;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

const Parts = ({ answer: { replay, reasons }, open, onOpen }: PartsProps): ReactNode => (
  <div className="flex flex-col gap-8">
    {replay.report === undefined && replay.status !== "cancelled" && <Checking replay={replay} />}
    {replay.status === "ready" && replay.report !== undefined && (
      <Suspense fallback={<ListSkeleton rows={2} />}>
        <Start replay={replay} report={replay.report} />
      </Suspense>
    )}
    {replay.progress.destinations.length > 0 && <Tracks replay={replay} reasons={reasons} />}
    {replay.report !== undefined && (
      <Suspense fallback={<ListSkeleton rows={open ? 6 : 1} />}>
        <DryRun replay={replay} report={replay.report} reasons={reasons} open={open} onOpen={onOpen} />
      </Suspense>
    )}
    <About replay={replay} />
  </div>
);
