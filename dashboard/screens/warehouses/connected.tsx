import { Button } from "@cloudflare/kumo/components/button";
import { PlugsIcon } from "@phosphor-icons/react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { exportsQuery } from "../../api/export-queries.ts";
import type { Source } from "../../api/types.ts";
import { connectionPath, refreshWarehouse, syncsQuery } from "../../api/warehouse-queries.ts";
import type { Warehouse } from "../../api/warehouse-types.ts";
import { clip } from "../../logic/entry-text.ts";
import { errorAdvice, errorSentence } from "../../logic/export-words.ts";
import { plural } from "../../logic/times.ts";
import { loaderOf, loadingWords } from "../../logic/warehouses.ts";
import { Choice } from "../../parts/choice.tsx";
import { HourLabel } from "../../parts/hour-label.tsx";
import { OwnersOnly } from "../../parts/owners-only.tsx";
import { Bar } from "../../parts/page-states.tsx";
import { TextLink } from "../../parts/text-link.tsx";
import { Until, When } from "../../parts/when.tsx";
import { Loading } from "./loading.tsx";

interface ConnectedProps {
  readonly warehouse: Warehouse;
  readonly sources: readonly Source[];
}

/** Whose tables it gets, how far it is with each, and others to connect. */
export function Connected({ warehouse, sources }: ConnectedProps): ReactNode {
  const turn = useMutation({
    mutationFn: ({ sourceId, on }: { sourceId: string; on: boolean }) =>
      api(on ? "POST" : "DELETE", connectionPath(warehouse.id, sourceId), on ? {} : undefined),
    onSuccess: () => refreshWarehouse(warehouse.id),
  });
  const free = sources.filter(({ id }) => !warehouse.sourceIds.includes(id));
  return (
    <div className="flex flex-col gap-4">
      {warehouse.sourceIds.length === 0 ? (
        <p className="text-kumo-subtle">
          None yet. A source that is connected is loaded from its first published hour on.
        </p>
      ) : (
        <ul aria-label="Connected sources" className="flex flex-col">
          {warehouse.sourceIds.map((sourceId) => (
            <Item
              key={sourceId}
              warehouse={warehouse}
              sourceId={sourceId}
              name={sources.find(({ id }) => id === sourceId)?.name ?? "A deleted source"}
              busy={turn.isPending && turn.variables.sourceId === sourceId}
              onDisconnect={() => turn.mutate({ sourceId, on: false })}
            />
          ))}
        </ul>
      )}
      {turn.isError && (
        <p role="alert" className="text-kumo-danger text-sm">
          {turn.error.message}
        </p>
      )}
      {free.length > 0 && (
        <OwnersOnly>
          <Connect
            key={free.map(({ id }) => id).join()}
            sources={free}
            busy={turn.isPending}
            onConnect={(sourceId) => turn.mutate({ sourceId, on: true })}
          />
        </OwnersOnly>
      )}
    </div>
  );
}

interface ItemProps {
  readonly warehouse: Warehouse;
  readonly sourceId: string;
  readonly name: string;
  readonly busy: boolean;
  readonly onDisconnect: () => void;
}

function Item({ warehouse, sourceId, name, busy, onDisconnect }: ItemProps): ReactNode {
  const state = useQuery(exportsQuery(sourceId));
  const loader = loaderOf(state.data, warehouse.id);
  return (
    <li className="border-kumo-hairline flex items-start justify-between gap-3 border-b py-3 first:pt-0">
      <div className="min-w-0">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="min-w-0 font-medium wrap-anywhere">
            <TextLink href={`/sources/${sourceId}/exports?view=history&target=load:${warehouse.id}`}>{name}</TextLink>
          </span>
          {state.data === undefined ? (
            state.isError ? (
              <span className="text-kumo-danger text-sm">{state.error.message}</span>
            ) : (
              <Bar className="w-24" />
            )
          ) : (
            <Loading words={loadingWords(warehouse.enabled, state.data, warehouse.id)} />
          )}
        </p>
        <LastSync warehouse={warehouse} sourceId={sourceId} />
        {loader?.error !== undefined && (
          <p className="text-sm wrap-anywhere">
            <bdi>{errorSentence(loader.error)}</bdi>{" "}
            <span className="text-kumo-subtle">{errorAdvice({ target: loader.name, error: loader.error })}</span>
            {loader.retryAt !== undefined && (
              <>
                {" "}
                Next try <Until at={loader.retryAt} />.
              </>
            )}
          </p>
        )}
      </div>
      <OwnersOnly>
        <Button size="sm" loading={busy} aria-label={`Disconnect ${name}`} onClick={onDisconnect}>
          Disconnect
        </Button>
      </OwnersOnly>
    </li>
  );
}

/** What came of the hour that was loaded last. */
function LastSync({ warehouse, sourceId }: { warehouse: Warehouse; sourceId: string }): ReactNode {
  const syncs = useQuery(syncsQuery(warehouse.id, sourceId));
  const last = syncs.data?.find(({ status }) => status !== "RUNNING");
  if (last === undefined) return null;
  return (
    <p className="text-kumo-subtle text-sm">
      Last: the hour <HourLabel at={last.hour} />, {plural(last.count, "row")}, {last.status.toLowerCase()}{" "}
      <When at={last.end ?? last.start} />
    </p>
  );
}

interface ConnectProps {
  readonly sources: readonly Source[];
  readonly busy: boolean;
  readonly onConnect: (sourceId: string) => void;
}

function Connect({ sources, busy, onConnect }: ConnectProps): ReactNode {
  const [chosen, setChosen] = useState(sources[0]?.id ?? "");
  return (
    <div className="flex flex-wrap items-end gap-2">
      <div className="w-64 max-w-full">
        <Choice
          label="Connect a source"
          value={chosen}
          choices={sources.map(({ id, name }) => [id, clip(name, 60)] as const)}
          onChange={setChosen}
        />
      </div>
      <Button icon={<PlugsIcon aria-hidden />} loading={busy} onClick={() => onConnect(chosen)}>
        Connect
      </Button>
    </div>
  );
}
