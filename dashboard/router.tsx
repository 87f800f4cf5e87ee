import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiError } from "./api/client.ts";
import { onSignedOut, queryClient, sessionQuery } from "./api/queries.ts";
import { innerPath, parseSearch, stringifySearch, textParams } from "./logic/search-params.ts";
import { NotFound, PageSkeleton, RouteError } from "./parts/page-states.tsx";

const root = createRootRoute({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: textParams("to"),
  component: lazyRouteComponent(() => import("./screens/sign-in.tsx"), "SignIn"),
});

/** Everything behind the door: asks who is there before any screen asks for data. */
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href } });
    }
  },
  component: lazyRouteComponent(() => import("./parts/shell.tsx"), "Shell"),
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: "/",
  component: lazyRouteComponent(() => import("./screens/overview.tsx"), "Overview"),
});

const sources = createRoute({
  getParentRoute: () => shell,
  path: "/sources",
  validateSearch: textParams("new"),
  component: lazyRouteComponent(() => import("./screens/sources.tsx"), "Sources"),
});

const source = createRoute({
  getParentRoute: () => shell,
  path: "/sources/$sourceId",
  component: lazyRouteComponent(() => import("./screens/source-layout.tsx"), "SourceLayout"),
});

const sourceIndex = createRoute({
  getParentRoute: () => source,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/sources/$sourceId/debugger", params });
  },
});

const setup = createRoute({
  getParentRoute: () => source,
  path: "setup",
  validateSearch: textParams("form"),
  component: lazyRouteComponent(() => import("./screens/setup.tsx"), "SetupScreen"),
});

const debug = createRoute({
  getParentRoute: () => source,
  path: "debugger",
  validateSearch: textParams("q", "type", "event", "status", "entry", "view"),
  component: lazyRouteComponent(() => import("./screens/debugger.tsx"), "DebuggerScreen"),
});

const message = createRoute({
  getParentRoute: () => source,
  path: "message",
  validateSearch: textParams("id"),
  component: lazyRouteComponent(() => import("./screens/message.tsx"), "MessageScreen"),
});

const settings = createRoute({
  getParentRoute: () => source,
  path: "settings",
  component: lazyRouteComponent(() => import("./screens/settings.tsx"), "SettingsScreen"),
});

const destinations = createRoute({
  getParentRoute: () => shell,
  path: "/destinations",
  component: lazyRouteComponent(() => import("./screens/destinations.tsx"), "Destinations"),
});

const newDestination = createRoute({
  getParentRoute: () => shell,
  path: "/destinations/new",
  validateSearch: textParams("source"),
  component: lazyRouteComponent(() => import("./screens/destination-form.tsx"), "NewDestination"),
});

const destination = createRoute({
  getParentRoute: () => shell,
  path: "/destinations/$destinationId",
  component: lazyRouteComponent(() => import("./screens/destination-form.tsx"), "EditDestination"),
});

const workspace = createRoute({
  getParentRoute: () => shell,
  path: "/workspace",
  component: lazyRouteComponent(() => import("./screens/workspace.tsx"), "WorkspaceScreen"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    shell.addChildren([
      overview,
      sources,
      source.addChildren([sourceIndex, setup, debug, message, settings]),
      destinations,
      newDestination,
      destination,
      workspace,
    ]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: PageSkeleton,
  defaultPendingMs: 300,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
  scrollToTopSelectors: ["#content"],
});

onSignedOut(() => {
  const { pathname, href } = router.state.location;
  if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { to: innerPath(href) } });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
