import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { onSignedOut } from "./api/queries.ts";
import { ARCHIVE_PARAMS } from "./logic/archive-params.ts";
import { innerPath, parseSearch, stringifySearch, textParams } from "./logic/search-params.ts";
import { NotFound, PageSkeleton, RouteError } from "./parts/page-states.tsx";
import { destinationRoutes } from "./routes/destinations.ts";
import { operateRoutes } from "./routes/operate.ts";
import { replayRoutes } from "./routes/replays.ts";
import { root, shell } from "./routes/shell.ts";
import { warehouseRoutes } from "./routes/warehouses.ts";

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: textParams("to"),
  component: lazyRouteComponent(() => import("./screens/sign-in.tsx"), "SignIn"),
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

/** The address of one message before there were traces. */
const message = createRoute({
  getParentRoute: () => source,
  path: "message",
  validateSearch: textParams("id"),
  beforeLoad: ({ params: { sourceId }, search }) => {
    const { id } = textParams("id")(search);
    if (id === undefined) throw redirect({ to: "/sources/$sourceId/debugger", params: { sourceId } });
    throw redirect({ to: "/trace/$messageId", params: { messageId: id }, search: { sourceId } });
  },
});

const trace = createRoute({
  getParentRoute: () => shell,
  path: "/trace/$messageId",
  validateSearch: textParams("sourceId", "view"),
  component: lazyRouteComponent(() => import("./screens/trace.tsx"), "TraceScreen"),
});

const settings = createRoute({
  getParentRoute: () => source,
  path: "settings",
  component: lazyRouteComponent(() => import("./screens/settings.tsx"), "SettingsScreen"),
});

const archive = createRoute({
  getParentRoute: () => source,
  path: "archive",
  validateSearch: textParams(...ARCHIVE_PARAMS),
  component: lazyRouteComponent(() => import("./screens/archive.tsx"), "ArchiveScreen"),
});

const exportTables = createRoute({
  getParentRoute: () => source,
  path: "exports",
  validateSearch: textParams(
    "view",
    "q",
    "table",
    "column",
    "range",
    "target",
    "run",
    "engine",
    "as",
    "base",
    "files",
    "only",
    "ask",
    "from",
    "to",
  ),
  component: lazyRouteComponent(() => import("./screens/exports.tsx"), "ExportsScreen"),
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
      source.addChildren([sourceIndex, setup, debug, message, archive, exportTables, settings]),
      ...destinationRoutes,
      ...warehouseRoutes,
      ...replayRoutes,
      ...operateRoutes,
      trace,
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
