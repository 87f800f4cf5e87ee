import type { ApiDeps } from "../../src/api/deps.ts";
import { apiRoutes } from "../../src/api/routes.ts";
import { siteRoutes, type SiteDeps } from "../../src/site.ts";

export interface SiteRoute {
  /** `ALL` takes any. */
  readonly method: string;
  /** As the router has it: `/api/sources/:sourceId`. */
  readonly path: string;
}

/** Routes are only listed here, and none looks at what it needs before it is asked. */
const NOTHING = { collect: {}, cdn: { pathPrefix: "" }, api: {} } as unknown as SiteDeps;

const isMount = ({ path }: SiteRoute): boolean => path === "/api/*" || path === "/api";
const isMiddleware = ({ path, method }: SiteRoute): boolean => method === "ALL" && path.endsWith("/*");

/** Every route that the Worker's own routers hold, each once; those of the control plane begin with `/api`. */
export function listRoutes(): SiteRoute[] {
  const control = apiRoutes({} as unknown as ApiDeps).routes.map(({ method, path }) => ({
    method,
    path: `/api${path === "/" ? "" : path}`,
  }));
  const open = siteRoutes(NOTHING).routes.filter((route) => !isMount(route));
  const all = [...open, ...control].filter((route) => !isMiddleware(route));
  return [...new Map(all.map(({ method, path }) => [`${method} ${path}`, { method, path }])).values()];
}

/** An address that the route answers, naming nothing that exists. */
export const addressOf = ({ path }: SiteRoute): string =>
  path
    .replaceAll(/:\w+\{([^}]*)\}/g, (_, pattern: string) => `nothing${pattern.replace(".+\\", "")}`)
    .replaceAll(/:\w+/g, "nothing-like-it")
    .replaceAll("*", "nothing");
