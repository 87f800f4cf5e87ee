import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { textParams } from "../logic/search-params.ts";
import { shell } from "./shell.ts";

const health = createRoute({
  getParentRoute: () => shell,
  path: "/health",
  component: lazyRouteComponent(() => import("../screens/health.tsx"), "HealthScreen"),
});

const cost = createRoute({
  getParentRoute: () => shell,
  path: "/cost",
  component: lazyRouteComponent(() => import("../screens/cost.tsx"), "CostScreen"),
});

const alerts = createRoute({
  getParentRoute: () => shell,
  path: "/alerts",
  // `edit`: the id of one, or `new`.
  validateSearch: textParams("edit"),
  component: lazyRouteComponent(() => import("../screens/alerts.tsx"), "AlertsScreen"),
});

/** What an operator looks at. */
export const operateRoutes = [health, alerts, cost] as const;
