import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { DRAFT_PARAMS } from "../logic/replay-params.ts";
import { textParams } from "../logic/search-params.ts";
import { shell } from "./shell.ts";

const replays = createRoute({
  getParentRoute: () => shell,
  path: "/replays",
  validateSearch: textParams("source", "destination"),
  component: lazyRouteComponent(() => import("../screens/replays.tsx"), "Replays"),
});

const newReplay = createRoute({
  getParentRoute: () => shell,
  path: "/replays/new",
  // `like`: a replay to begin with. The others are the draft itself.
  validateSearch: textParams("like", ...DRAFT_PARAMS),
  component: lazyRouteComponent(() => import("../screens/replay-setup.tsx"), "ReplaySetup"),
});

const replay = createRoute({
  getParentRoute: () => shell,
  path: "/replays/$replayId",
  validateSearch: textParams("report"),
  component: lazyRouteComponent(() => import("../screens/replay.tsx"), "ReplayScreen"),
});

/** History that is sent again. */
export const replayRoutes = [replays, newReplay, replay] as const;
