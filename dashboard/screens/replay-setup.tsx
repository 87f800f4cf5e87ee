import { Empty } from "@cloudflare/kumo/components/empty";
import { BroadcastIcon } from "@phosphor-icons/react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { destinationsQuery, sourcesQuery } from "../api/queries.ts";
import { replayQuery } from "../api/replay-queries.ts";
import { draftLike, draftOf } from "../logic/replay-draft.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton } from "../parts/page-states.tsx";
import { OwnersForm } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";

const SetupForm = lazy(() => import("./replays/setup-form.tsx"));
const route = getRouteApi("/shell/replays/new");

/** Which events are sent again, and where to? */
export function ReplaySetup(): ReactNode {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  // What the address said first: from then on the form says it to the address.
  const [first] = useState(() => ({ like: search.like, draft: draftOf(search, Date.now()) }));
  const sources = useQuery(sourcesQuery);
  const destinations = useQuery(destinationsQuery);
  const { queryKey, queryFn } = replayQuery(first.like ?? "");
  const like = useQuery({ queryKey, queryFn: first.like === undefined ? skipToken : queryFn });
  return (
    <Page
      title="New replay"
      above={<TextLink href="/replays">Replays</TextLink>}
      answer="Which events of the archive are sent again, and where to? A dry run counts first; nothing is sent before you start it."
    >
      <OwnersForm>
        <Loaded query={sources} failure="The sources could not be loaded">
          {({ sources: list }) => (
            <Loaded query={destinations} failure="The destinations could not be loaded">
              {(all) => {
                if (list.length === 0) return <NoSource />;
                const form = (draft: typeof first.draft): ReactNode => (
                  <Suspense fallback={<ListSkeleton />}>
                    <SetupForm
                      first={draft}
                      sources={list}
                      destinations={all}
                      onChange={(next) => void navigate({ search: next, replace: true, resetScroll: false })}
                    />
                  </Suspense>
                );
                if (first.like === undefined) return form(first.draft);
                return (
                  <Loaded query={like} failure="The replay to begin with could not be loaded">
                    {({ replay }) => form(draftLike(replay))}
                  </Loaded>
                );
              }}
            </Loaded>
          )}
        </Loaded>
      </OwnersForm>
    </Page>
  );
}

const NoSource = (): ReactNode => (
  <Empty
    icon={<BroadcastIcon size={40} className="text-kumo-inactive" />}
    title="No sources yet"
    description="A replay sends what a source has archived."
    contents={<TextLink href="/sources?new=1">Create a source</TextLink>}
  />
);
