import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { textParams } from "../logic/search-params.ts";
import { shell } from "./shell.ts";

const destinations = createRoute({
  getParentRoute: () => shell,
  path: "/destinations",
  component: lazyRouteComponent(() => import("../screens/destinations.tsx"), "Destinations"),
});

const catalog = createRoute({
  getParentRoute: () => shell,
  path: "/catalog",
  validateSearch: textParams("q", "category", "source"),
  component: lazyRouteComponent(() => import("../screens/catalog.tsx"), "CatalogScreen"),
});

const destinationSetup = createRoute({
  getParentRoute: () => shell,
  path: "/catalog/$kindId",
  validateSearch: textParams("source"),
  component: lazyRouteComponent(() => import("../screens/destination-setup.tsx"), "DestinationSetup"),
});

/** The address of the only form there was before the catalogue. */
const newDestination = createRoute({
  getParentRoute: () => shell,
  path: "/destinations/new",
  validateSearch: textParams("source"),
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/catalog", search });
  },
});

const destination = createRoute({
  getParentRoute: () => shell,
  path: "/destinations/$destinationId",
  component: lazyRouteComponent(() => import("../screens/destination-layout.tsx"), "DestinationLayout"),
});

const destinationIndex = createRoute({
  getParentRoute: () => destination,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/destinations/$destinationId/delivery", params });
  },
});

const delivery = createRoute({
  getParentRoute: () => destination,
  path: "delivery",
  validateSearch: textParams("range", "mapping", "step", "error"),
  component: lazyRouteComponent(() => import("../screens/delivery.tsx"), "DeliveryScreen"),
});

const mappings = createRoute({
  getParentRoute: () => destination,
  path: "mappings",
  validateSearch: textParams("add"),
  component: lazyRouteComponent(() => import("../screens/mappings.tsx"), "MappingsScreen"),
});

const newMapping = createRoute({
  getParentRoute: () => destination,
  path: "mappings/new",
  validateSearch: textParams("action", "preset", "source", "event"),
  component: lazyRouteComponent(() => import("../screens/mapping-editor.tsx"), "NewMapping"),
});

const mapping = createRoute({
  getParentRoute: () => destination,
  path: "mappings/$subscriptionId",
  validateSearch: textParams("source", "event"),
  component: lazyRouteComponent(() => import("../screens/mapping-editor.tsx"), "EditMapping"),
});

const deadLetters = createRoute({
  getParentRoute: () => destination,
  path: "dead-letters",
  validateSearch: textParams("reason", "period", "open", "resend"),
  component: lazyRouteComponent(() => import("../screens/dead-letters.tsx"), "DeadLettersScreen"),
});

const filters = createRoute({
  getParentRoute: () => destination,
  path: "filters",
  component: lazyRouteComponent(() => import("../screens/filters.tsx"), "FiltersScreen"),
});

const newFilter = createRoute({
  getParentRoute: () => destination,
  path: "filters/new",
  validateSearch: textParams("source", "event"),
  component: lazyRouteComponent(() => import("../screens/filter-editor.tsx"), "NewFilter"),
});

const filter = createRoute({
  getParentRoute: () => destination,
  path: "filters/$filterId",
  validateSearch: textParams("source", "event"),
  component: lazyRouteComponent(() => import("../screens/filter-editor.tsx"), "EditFilter"),
});

const eventTest = createRoute({
  getParentRoute: () => destination,
  path: "test",
  validateSearch: textParams("source", "event", "mapping"),
  component: lazyRouteComponent(() => import("../screens/event-test.tsx"), "EventTestScreen"),
});

const destinationSettings = createRoute({
  getParentRoute: () => destination,
  path: "settings",
  component: lazyRouteComponent(() => import("../screens/destination-settings.tsx"), "DestinationSettings"),
});

/** Where it goes: the catalogue, the list, and one destination with its tabs. */
export const destinationRoutes = [
  destinations,
  catalog,
  destinationSetup,
  newDestination,
  destination.addChildren([
    destinationIndex,
    delivery,
    deadLetters,
    mappings,
    newMapping,
    mapping,
    filters,
    newFilter,
    filter,
    eventTest,
    destinationSettings,
  ]),
] as const;
