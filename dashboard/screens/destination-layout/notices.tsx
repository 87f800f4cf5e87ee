import { Banner } from "@cloudflare/kumo/components/banner";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { api } from "../../api/client.ts";
import { destinationPath, refreshDestination, subscriptionsQuery } from "../../api/destination-queries.ts";
import type { Destination, Subscription } from "../../api/types.ts";
import { TextLink } from "../../parts/text-link.tsx";
import { useOwner } from "../../parts/use-owner.ts";

const FirstDelivery = lazy(() => import("./first-delivery.tsx"));

/** Above the tabs: why nothing is sent, if nothing is; above the delivery, how the first one fares. */
export function Notices({ destination }: { destination: Destination }): ReactNode {
  const tab = useRouterState({ select: ({ location }) => location.pathname.split("/")[3] });
  const mappings = useQuery(subscriptionsQuery(destination.id));
  return <div className="px-4 pt-4 empty:hidden sm:px-8">{notice(destination, mappings.data, tab)}</div>;
}

function notice(
  destination: Destination,
  mappings: readonly Subscription[] | undefined,
  tab: string | undefined,
): ReactNode {
  const { id, enabled, paused } = destination;
  if (!enabled) {
    return (
      <Banner
        variant="alert"
        size="sm"
        description="It is switched off: events that come meanwhile are never sent to it."
        action={
          <Remedy
            key="on"
            id={id}
            label="Switch it on"
            act={() => api("PATCH", destinationPath(id), { enabled: true })}
          />
        }
      />
    );
  }
  if (paused === true) {
    return (
      <Banner
        variant="alert"
        size="sm"
        description="It is paused: its events wait and none are dropped."
        // Where the button that paused it is, that button resumes it too.
        action={
          tab !== "delivery" &&
          tab !== "settings" && (
            <Remedy key="resume" id={id} label="Resume" act={() => api("POST", `${destinationPath(id)}/resume`, {})} />
          )
        }
      />
    );
  }
  // The mappings say themselves what is on.
  if (mappings === undefined || tab === "mappings") return null;
  const active = mappings.filter((mapping) => mapping.enabled);
  if (active.length > 0 && tab !== "delivery") return null;
  if (active.length > 0) {
    return (
      <Suspense>
        <FirstDelivery destination={destination} mappings={active} />
      </Suspense>
    );
  }
  return (
    <Banner
      variant="alert"
      size="sm"
      description={
        mappings.length === 0
          ? "It has no mapping yet, so nothing is sent to it."
          : "None of its mappings is switched on, so nothing is sent to it."
      }
      action={<TextLink href={`/destinations/${id}/mappings`}>Go to its mappings</TextLink>}
    />
  );
}

interface RemedyProps {
  readonly id: string;
  readonly label: string;
  readonly act: () => Promise<unknown>;
}

/** The button that ends what the banner tells of. */
function Remedy({ id, label, act }: RemedyProps): ReactNode {
  const done = useMutation({ mutationFn: act, onSuccess: () => refreshDestination(id) });
  if (!useOwner()) return null;
  return (
    <Banner.Action onClick={() => done.mutate()} loading={done.isPending}>
      {done.isError ? `${done.error.message} Try again` : label}
    </Banner.Action>
  );
}
