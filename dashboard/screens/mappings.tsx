import { Button } from "@cloudflare/kumo/components/button";
import { Empty } from "@cloudflare/kumo/components/empty";
import { PlusIcon, ShuffleIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { kindQuery, subscriptionsQuery } from "../api/destination-queries.ts";
import { destinationQuery } from "../api/queries.ts";
import type { DestinationKind, Subscription } from "../api/types.ts";
import { count, plural } from "../logic/times.ts";
import { Loaded } from "../parts/loaded.tsx";
import { OwnersOnly } from "../parts/owners-only.tsx";
import { Page } from "../parts/page.tsx";
import { MappingRow } from "./mappings/mapping-row.tsx";

const AddMapping = lazy(() => import("./mappings/add-mapping.tsx"));
const route = getRouteApi("/shell/destinations/$destinationId/mappings");

/** Which events become what? */
export function MappingsScreen(): ReactNode {
  const { destinationId } = route.useParams();
  const { add } = route.useSearch();
  const navigate = route.useNavigate();
  const destination = useQuery(destinationQuery(destinationId));
  const kind = useQuery({
    ...kindQuery(destination.data?.metadata.id ?? ""),
    enabled: destination.data !== undefined,
  });
  const mappings = useQuery(subscriptionsQuery(destinationId));
  const openForm = (open: boolean): void =>
    void navigate({ search: open ? { add: "1" } : {}, replace: true, resetScroll: false });
  const button = (
    <Button variant="primary" icon={PlusIcon} onClick={() => openForm(true)}>
      Add a mapping
    </Button>
  );
  return (
    <Page
      title="Mappings"
      answer={mappings.data === undefined ? "Which events become what?" : answer(mappings.data)}
      actions={button}
    >
      <Loaded query={mappings} failure="The mappings could not be loaded">
        {(list) =>
          list.length === 0 ? (
            <Empty
              icon={<ShuffleIcon size={40} className="text-kumo-inactive" />}
              title="No mappings yet"
              description="A mapping says which events are sent and what each becomes. Without one, nothing is sent."
              contents={<OwnersOnly>{button}</OwnersOnly>}
            />
          ) : (
            <ul className="ring-kumo-hairline bg-kumo-base overflow-hidden rounded-lg ring">
              {list.map((mapping) => (
                <MappingRow key={mapping.id} mapping={mapping} action={actionName(kind.data, mapping.actionId)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {add !== undefined && kind.data !== undefined && (
        <OwnersOnly>
          <Suspense>
            <AddMapping
              destinationId={destinationId}
              kind={kind.data}
              existing={mappings.data ?? []}
              onClose={() => openForm(false)}
            />
          </Suspense>
        </OwnersOnly>
      )}
    </Page>
  );
}

function answer(list: readonly Subscription[]): string {
  const on = list.filter((mapping) => mapping.enabled).length;
  if (on === 0) return "None is switched on: nothing is sent.";
  const off = list.length - on;
  return `${plural(on, "mapping")} switched on${off > 0 ? `, ${count(off)} off` : ""}. An event goes through each whose trigger it meets.`;
}

const actionName = (kind: DestinationKind | undefined, actionId: string): string =>
  kind?.actions.find((action) => action.id === actionId)?.name ?? actionId;
