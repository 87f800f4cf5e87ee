import { Tabs } from "@cloudflare/kumo/components/tabs";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { setupQuery, sourceQuery } from "../api/queries.ts";
import type { Setup, Source } from "../api/types.ts";
import { useLiveList } from "../live/use-live-list.ts";
import { firstForm, type Recipe, recipes } from "../logic/recipes.ts";
import { CodeView } from "../parts/code-view.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { When } from "../parts/when.tsx";
import { CustomDomain } from "./setup/custom-domain.tsx";
import { SendTest } from "./setup/send-test.tsx";

const SignedLink = lazy(() => import("./setup/signed-link.tsx"));

const route = getRouteApi("/shell/sources/$sourceId/setup");
const EVERYTHING = {};

/** How do I connect? */
export function SetupScreen(): ReactNode {
  const { sourceId } = route.useParams();
  const source = useQuery(sourceQuery(sourceId));
  const setup = useQuery(setupQuery(sourceId));
  const live = useLiveList({ sourceId, filter: EVERYTHING, paused: false, held: false });
  const newest = live.list.shown[0];
  return (
    <Page
      title="Setup"
      answer={
        !live.list.loaded ? (
          "How do I connect?"
        ) : newest === undefined ? (
          <span role="status">Waiting for the first event…</span>
        ) : (
          <span role="status">
            Connected: the last event was received <When at={newest.receivedAt} />.
          </span>
        )
      }
    >
      <Loaded query={setup} failure="The set-up could not be loaded">
        {(facts) => (
          <div className="flex flex-col gap-8">
            <HostAndKey facts={facts} />
            {source.data !== undefined && <Recipes facts={facts} source={source.data} entries={live.list.shown} />}
            <CustomDomain facts={facts} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

const HostAndKey = ({ facts }: { facts: Setup }): ReactNode => (
  <dl className="ring-kumo-hairline bg-kumo-base grid rounded-lg ring sm:grid-cols-2">
    <Fact name="Host to use" value={`${facts.origin}${facts.pathPrefix}`} />
    <Fact name="Write key" value={facts.writeKey} help="Public: it names the source and proves nothing." />
    {facts.pathPrefix !== "" && (
      <p className="border-kumo-hairline text-kumo-subtle border-t px-4 py-3 text-sm sm:col-span-2">
        The path <code className="font-mono">{facts.pathPrefix}</code> belongs to the host: block lists that know the
        default paths do not know it.
      </p>
    )}
  </dl>
);

const Fact = ({ name, value, help }: { name: string; value: string; help?: string }): ReactNode => (
  <div className="min-w-0 px-4 py-3">
    <dt className="text-kumo-subtle text-sm">{name}</dt>
    <dd className="flex min-w-0 items-center gap-1">
      <code className="min-w-0 truncate font-mono text-sm" title={value}>
        {value}
      </code>
      <CopyButton text={value} label={`Copy ${name.toLowerCase()}`} compact />
    </dd>
    {help !== undefined && <dd className="text-kumo-subtle text-sm">{help}</dd>}
  </div>
);

interface RecipesProps {
  readonly facts: Setup;
  readonly source: Source;
  readonly entries: ReturnType<typeof useLiveList>["list"]["shown"];
}

function Recipes({ facts, source, entries }: RecipesProps): ReactNode {
  const { form } = route.useSearch();
  const navigate = route.useNavigate();
  const all = recipes(facts);
  const chosen =
    all.find((recipe) => recipe.id === form) ?? all.find((recipe) => recipe.id === firstForm(source.kind)) ?? all[0];
  if (chosen === undefined) return null;
  return (
    <section aria-label="Instructions" className="min-w-0">
      <Tabs
        tabs={all.map(({ id, tab }) => ({ value: id, label: tab }))}
        value={chosen.id}
        onValueChange={(next) => void navigate({ search: { form: next }, replace: true, resetScroll: false })}
      />
      <p className="mt-4 mb-3">{chosen.advice}</p>
      <div className="flex flex-col gap-3">
        {chosen.samples.map((sample) => (
          <CodeView
            key={sample.title}
            code={sample.code}
            label={`the ${chosen.tab} code`}
            title={sample.title}
            wrap={isOneLine(chosen)}
          />
        ))}
      </div>
      {chosen.notes.map((note) => (
        <p key={note} className="text-kumo-subtle mt-3 text-sm">
          {note}
        </p>
      ))}
      {chosen.id === "query" && (
        <Suspense>
          <OwnersOnly>
            <SignedLink sourceId={source.id} />
          </OwnersOnly>
        </Suspense>
      )}
      <SendTest key={chosen.id} form={chosen.id} facts={facts} sourceId={source.id} entries={entries} />
    </section>
  );
}

const isOneLine = (recipe: Recipe): boolean => recipe.id === "pixel" || recipe.id === "query";
