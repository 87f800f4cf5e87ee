import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { Table } from "@cloudflare/kumo/components/table";
import { BroadcastIcon, PlusIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { sourcesQuery, workspaceVolumeQuery } from "../api/queries.ts";
import type { Source, SourceVolume } from "../api/types.ts";
import { volumeOf } from "../logic/overview.ts";
import { count, plural, share } from "../logic/times.ts";
import { EnvironmentBadge, KINDS } from "../parts/labels.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Bar } from "../parts/page-states.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";
import { When } from "../parts/when.tsx";

const route = getRouteApi("/shell/sources");
const CreateSource = lazy(() => import("./create-source.tsx"));

/** What sends me data? */
export function Sources(): ReactNode {
  const sources = useQuery(sourcesQuery);
  const volume = useQuery(workspaceVolumeQuery);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const showForm = (shown: boolean): void => void navigate({ search: shown ? { new: "1" } : {} });
  return (
    <Page
      title="Sources"
      answer={sources.data === undefined ? "What sends me data?" : answer(sources.data.pagination.totalEntries)}
      actions={
        <Button variant="primary" icon={PlusIcon} onClick={() => showForm(true)}>
          Create a source
        </Button>
      }
    >
      <Loaded query={sources} failure="The sources could not be loaded">
        {({ sources: list, pagination }) =>
          list.length === 0 ? (
            <Empty
              icon={<BroadcastIcon size={40} className="text-kumo-inactive" />}
              title="No sources yet"
              description="Each website, server or app that sends events will be listed here with what it sent today."
              contents={
                <OwnersOnly>
                  <Button variant="primary" onClick={() => showForm(true)}>
                    Create the first source
                  </Button>
                </OwnersOnly>
              }
            />
          ) : (
            <>
              <SourceTable
                sources={list}
                volumeOf={(id) => (volume.data === undefined ? undefined : volumeOf(volume.data, id))}
              />
              {pagination.totalEntries > list.length && (
                <p className="text-kumo-subtle mt-3 text-sm">
                  Showing the first {count(list.length)} of {count(pagination.totalEntries)}.
                </p>
              )}
            </>
          )
        }
      </Loaded>
      {search.new !== undefined && (
        <OwnersOnly>
          <Suspense>
            <CreateSource open onOpenChange={showForm} />
          </Suspense>
        </OwnersOnly>
      )}
    </Page>
  );
}

const answer = (total: number): string =>
  total === 0
    ? "Nothing sends data yet."
    : `${plural(total, "source")} may send data; counts are of the last 24 hours.`;

interface TableProps {
  readonly sources: readonly Source[];
  readonly volumeOf: (sourceId: string) => SourceVolume | undefined;
}

const SourceTable = ({ sources, volumeOf: dayOf }: TableProps): ReactNode => (
  <div className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
    <Table className="cards-on-phone">
      <Table.Header>
        <Table.Row>
          <Table.Head>Name</Table.Head>
          <Table.Head>Kind</Table.Head>
          <Table.Head>Last event</Table.Head>
          <Table.Head className="text-right">Accepted</Table.Head>
          <Table.Head className="text-right">Refused</Table.Head>
          <Table.Head>State</Table.Head>
        </Table.Row>
      </Table.Header>
      <Table.Body>
        {sources.map((source) => (
          <SourceRow key={source.id} source={source} day={dayOf(source.id)} />
        ))}
      </Table.Body>
    </Table>
  </div>
);

function SourceRow({ source, day }: { source: Source; day: SourceVolume | undefined }): ReactNode {
  const arrived = day === undefined ? 0 : day.accepted + day.duplicate + day.refused;
  const figure = (value: (volume: SourceVolume) => ReactNode): ReactNode =>
    day === undefined ? <Bar className="inline-block w-10" /> : value(day);
  return (
    <Table.Row>
      <Table.Cell className="max-w-80">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium" title={source.name}>
            <TextLink href={`/sources/${source.id}/debugger`}>{source.name}</TextLink>
          </span>
          <EnvironmentBadge labels={source.labels} />
        </span>
      </Table.Cell>
      <Table.Cell data-label="Kind">{KINDS[source.kind]}</Table.Cell>
      <Table.Cell data-label="Last event">
        {figure((volume) =>
          volume.lastEventAt === null ? (
            <TextLink href={`/sources/${source.id}/setup`}>Connect it</TextLink>
          ) : (
            <When at={volume.lastEventAt} />
          ),
        )}
      </Table.Cell>
      <Table.Cell data-label="Accepted" className="text-right tabular-nums">
        {figure((volume) => count(volume.accepted))}
      </Table.Cell>
      <Table.Cell data-label="Refused" className="text-right tabular-nums">
        {figure((volume) => (
          <span className={volume.refused > 0 ? "text-kumo-danger" : ""}>{share(volume.refused, arrived)}</span>
        ))}
      </Table.Cell>
      <Table.Cell data-label="State">
        {source.enabled ? "On" : <strong className="text-kumo-warning">Off</strong>}
      </Table.Cell>
    </Table.Row>
  );
}
