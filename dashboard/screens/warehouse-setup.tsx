import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { sourcesQuery } from "../api/queries.ts";
import { warehouseKindsQuery } from "../api/warehouse-queries.ts";
import type { WarehouseKind } from "../api/warehouse-types.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ListSkeleton } from "../parts/page-states.tsx";
import { OwnersForm } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { TextLink } from "../parts/text-link.tsx";

const SetupForm = lazy(() => import("./warehouses/setup-form.tsx"));
const route = getRouteApi("/shell/warehouses/new");

/** Which database, and how is it reached? */
export function WarehouseSetup(): ReactNode {
  const { kind: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const kinds = useQuery(warehouseKindsQuery);
  const sources = useQuery(sourcesQuery);
  return (
    <Page
      title="Add a warehouse"
      above={<TextLink href="/warehouses">Warehouses</TextLink>}
      answer="A database that Inlet loads with the tables of your sources, each hour as it is published."
    >
      <OwnersForm>
        <Loaded query={kinds} failure="The kinds of warehouse could not be loaded">
          {(list) => {
            const kind = list.find(({ id }) => id === chosen);
            return (
              <div className="flex flex-col gap-6">
                <Kinds
                  kinds={list}
                  chosen={chosen}
                  onChoose={(id) => void navigate({ search: { kind: id }, replace: true, resetScroll: false })}
                />
                {kind !== undefined && (
                  <Loaded query={sources} failure="The sources could not be loaded">
                    {({ sources: all }) => (
                      <Suspense fallback={<ListSkeleton />}>
                        <SetupForm key={kind.id} kind={kind} sources={all} />
                      </Suspense>
                    )}
                  </Loaded>
                )}
              </div>
            );
          }}
        </Loaded>
      </OwnersForm>
    </Page>
  );
}

interface KindsProps {
  readonly kinds: readonly WarehouseKind[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

const Kinds = ({ kinds, chosen, onChoose }: KindsProps): ReactNode => (
  <div role="group" aria-label="Kind of warehouse" className="grid gap-3 sm:grid-cols-2">
    {kinds.map(({ id, name, description }) => (
      <button
        key={id}
        type="button"
        aria-pressed={id === chosen}
        onClick={() => onChoose(id)}
        className="ring-kumo-hairline bg-kumo-base hover:bg-kumo-tint aria-pressed:ring-kumo-brand flex cursor-pointer flex-col gap-1 rounded-lg p-4 text-left ring aria-pressed:ring-2"
      >
        <span className="font-semibold">{name}</span>
        <span className="text-kumo-subtle text-sm">{description}</span>
      </button>
    ))}
  </div>
);
