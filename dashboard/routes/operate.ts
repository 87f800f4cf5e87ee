import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
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

/** What an operator looks at. */
export const operateRoutes = [health, cost] as const;
