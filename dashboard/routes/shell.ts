import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { ApiError } from "../api/client.ts";
import { queryClient, sessionQuery } from "../api/queries.ts";

export const root = createRootRoute({ component: Outlet });

/** Everything behind the door: asks who is there before any screen asks for data. */
export const shell = createRoute({
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
  component: lazyRouteComponent(() => import("../parts/shell.tsx"), "Shell"),
});
