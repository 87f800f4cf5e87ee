import { Banner } from "@cloudflare/kumo/components/banner";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { ApiError } from "../api/client.ts";
import { kindQuery } from "../api/destination-queries.ts";
import { sourcesQuery } from "../api/queries.ts";
import type { DestinationKind } from "../api/types.ts";
import { shortName } from "../logic/catalogue.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton, NotFound } from "../parts/page-states.tsx";
import { OwnersForm } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";

/** Fetched while its data is: the page's frame does not wait for it. */
const form = import("./destination-setup/setup-form.tsx");
const SetupForm = lazy(() => form);

const route = getRouteApi("/shell/catalog/$kindId");

const ABOVE = (
  <>
    <TextLink href="/destinations">Destinations</TextLink> / <TextLink href="/catalog">Catalogue</TextLink>
  </>
);

/** What does it need to know? */
export function DestinationSetup(): ReactNode {
  const { kindId } = route.useParams();
  const { source } = route.useSearch();
  const kind = useQuery(kindQuery(kindId));
  const sources = useQuery(sourcesQuery);
  if (kind.error instanceof ApiError && kind.error.status === 404) return <NotFound />;
  return (
    <Loaded query={kind} failure="This destination could not be loaded" skeleton={<Outline />}>
      {(loaded) => (
        <Page
          title={`Add ${shortName(loaded.name)}`}
          above={ABOVE}
          answer={loaded.description === "" ? loaded.categories.join(" · ") : loaded.description}
        >
          <Notes kind={loaded} />
          {loaded.available && (
            <OwnersForm>
              <Loaded query={sources} failure="The sources could not be loaded">
                {({ sources: list }) => (
                  <Suspense fallback={<ListSkeleton />}>
                    <SetupForm key={loaded.id} kind={loaded} sources={list} firstSource={source} />
                  </Suspense>
                )}
              </Loaded>
            </OwnersForm>
          )}
        </Page>
      )}
    </Loaded>
  );
}

const Outline = (): ReactNode => (
  <Page title="Add a destination" above={ABOVE} answer="…">
    {null}
  </Page>
);

/** What it cannot do here, before anybody types a key into a form. */
const Notes = ({ kind }: { kind: DestinationKind }): ReactNode => (
  <div className="mb-6 flex flex-col gap-3 empty:hidden">
    {!kind.available && (
      <Banner
        variant="alert"
        title={`${shortName(kind.name)} cannot run in Inlet`}
        description={kind.unavailableReason ?? "It needs what an edge Worker does not have."}
      />
    )}
    {kind.notes.map((note) => (
      <Banner key={note} size="sm" variant="secondary" description={note} />
    ))}
  </div>
);
