import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Page, Section } from "../parts/page.tsx";
import { Delivery } from "./destinations/delivery.tsx";

const route = getRouteApi("/shell/destinations/$destinationId/delivery");

/** Did it get there, how fast, what failed? */
export function DeliveryScreen(): ReactNode {
  const { destinationId } = route.useParams();
  return (
    <Page title="Delivery" answer="Did it get there, and what failed?">
      <Section title="Last 24 hours">
        <Delivery destinationId={destinationId} />
      </Section>
    </Page>
  );
}
