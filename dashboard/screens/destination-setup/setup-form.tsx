import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, lazy, type ReactNode, Suspense, useState } from "react";
import { destinationsQuery } from "../../api/queries.ts";
import type { DestinationKind, Source } from "../../api/types.ts";
import { freeName, shortName } from "../../logic/catalogue.ts";
import { ownSources } from "../../logic/overview.ts";
import { firstChosen } from "../../logic/presets.ts";
import { useProblems } from "../../parts/use-problems.ts";
import { NameInput } from "../../parts/name-input.tsx";
import { Bar } from "../../parts/page-states.tsx";
import { Section } from "../../parts/page.tsx";
import { useFirstProblem } from "../../parts/use-first-problem.ts";
import { SettingFields } from "../../parts/setting-fields.tsx";
import { SourceChecks } from "../../parts/source-checks.tsx";
import { TestAuthentication } from "../../parts/test-authentication.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { given, useSettings } from "../../parts/use-settings.ts";
import { useCreate } from "./use-create.ts";

const Presets = lazy(() => import("./presets.tsx"));

interface SetupFormProps {
  readonly kind: DestinationKind;
  readonly sources: readonly Source[];
  /** Chosen by the link that led here. */
  readonly firstSource: string | undefined;
}

/** Everything a first delivery needs, on one page. */
export default function SetupForm({ kind, sources, firstSource }: SetupFormProps): ReactNode {
  const navigate = useNavigate();
  const taken = useQuery(destinationsQuery).data ?? [];
  const [typed, setName] = useState<string>();
  const name =
    typed ??
    freeName(
      shortName(kind.name),
      taken.map((destination) => destination.name),
    );
  const [sourceIds, setSourceIds] = useState(() => likelySource(sources, firstSource));
  const [presets, setPresets] = useState(() => firstChosen(kind));
  const settings = useSettings(kind.fields);
  const [authProblem, setAuthProblem] = useState<Error | null>(null);
  const [tried, setTried] = useState(false);
  const create = useCreate(kind);
  const known = ["name", "sourceIds", ...kind.fields.map((field) => field.name)];
  const problems = useProblems(create.error ?? authProblem, known, {
    name,
    sourceIds,
    ...settings.texts,
    ...settings.secrets,
  });
  const unsourced = tried && sourceIds.length === 0 ? "Choose at least one." : undefined;
  const form = useFirstProblem([Object.values(problems.fields), Object.values(settings.malformed), unsourced ?? []]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAuthProblem(null);
    setTried(true);
    const values = settings.read();
    if (values !== undefined && sourceIds.length > 0)
      create.mutate({ name, sourceIds, settings: given(values), presets });
  };
  const read = (): Record<string, unknown> | undefined => {
    const values = settings.read();
    return values === undefined ? undefined : given(values);
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col">
      <Section title="From" help="Whose events it gets: what these sources accept from now on.">
        <SourceChecks
          sources={sources}
          chosen={sourceIds}
          error={problems.fields["sourceIds"] ?? unsourced}
          onChange={setSourceIds}
        />
      </Section>
      <Section
        title="Connection"
        help={kind.website === undefined ? undefined : <Website address={kind.website} name={shortName(kind.name)} />}
      >
        <div className="flex flex-col gap-5">
          <NameInput
            description="What the console calls it."
            value={name}
            error={problems.fields["name"]}
            onChange={setName}
          />
          <SettingFields fields={kind.fields} draft={settings} errors={problems.fields} />
          {kind.fields.length === 0 && (
            <p className="text-kumo-subtle text-sm">
              It has no settings. What it needs, such as an address, each of its mappings asks for.
            </p>
          )}
          {kind.testsAuthentication && (
            <TestAuthentication
              path={`/catalog/destinations/${encodeURIComponent(kind.id)}/test-authentication`}
              name={shortName(kind.name)}
              read={read}
              onProblem={setAuthProblem}
            />
          )}
        </div>
      </Section>
      <Section
        title="What to send"
        help="Each mapping turns some events into one kind of call. All can be changed later."
      >
        <Suspense fallback={<Bar className="w-60" />}>
          <Presets kind={kind} chosen={presets} onChange={setPresets} />
        </Suspense>
      </Section>
      <div className="border-kumo-hairline flex flex-col gap-3 border-t pt-5 lg:pl-76">
        {problems.general.map((message) => (
          <Banner key={message} size="sm" variant="error" description={message} />
        ))}
        {create.data?.problem !== undefined && (
          <Banner
            size="sm"
            variant="alert"
            description={`It was created, but its mappings could not all be switched on: ${create.data.problem}`}
            action={
              <TextLink href={`/destinations/${create.data.destination.id}/mappings`}>Go to its mappings</TextLink>
            }
          />
        )}
        <div className="flex flex-wrap gap-2">
          <Button
            type="submit"
            variant="primary"
            loading={create.isPending}
            disabled={create.data?.problem !== undefined}
          >
            Create the destination
          </Button>
          <Button type="button" variant="ghost" onClick={() => void navigate({ to: "/catalog" })}>
            Cancel
          </Button>
        </div>
      </div>
    </form>
  );
}

/** The only source of one's own there is, or the one that was asked for; a choice between several is the user's. */
function likelySource(sources: readonly Source[], asked: string | undefined): readonly string[] {
  if (asked !== undefined && sources.some(({ id }) => id === asked)) return [asked];
  const own = ownSources(sources);
  const likely = own.length > 0 ? own : sources;
  return likely.length === 1 ? [likely[0]!.id] : [];
}

const Website = ({ address, name }: { address: string; name: string }): ReactNode => (
  <a href={address} target="_blank" rel="noreferrer" className="text-kumo-link underline">
    {name}’s own site
  </a>
);
