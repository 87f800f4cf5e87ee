import { Hono } from "hono";
import { apiRoutes } from "./api/routes.ts";
import type { ApiDeps } from "./api/deps.ts";
import { shellRoutes } from "./api/shell.ts";
import { beaconRoutes, type BeaconDeps } from "./collect/beacon.ts";
import { cdnRoutes } from "./collect/cdn.ts";
import { demoRoutes, type DemoDeps } from "./collect/demo/routes.ts";
import { collectRoutes, type CollectDeps } from "./collect/routes.ts";

export interface SiteDeps {
  readonly collect: CollectDeps & BeaconDeps;
  /** Whatever is read-only to visitors: library, settings, demo shop, the dashboard's page. */
  readonly cdn: DemoDeps;
  readonly api: ApiDeps;
}

/**
 * Whether this isolate can take events at all. Without a copy of the directory, not even an old one, no write key is
 * known, and every call is answered with 503. One copy serves for seconds, so a flood of questions costs nothing.
 */
const isReady = ({ findSource }: Pick<DemoDeps, "findSource">): Promise<boolean> =>
  findSource([]).then(
    () => true,
    () => false,
  );

/** Every route of the Worker: what SDKs see (also under the path prefix), the control plane, the shop, the dashboard. */
export function siteRoutes({ collect, cdn, api }: SiteDeps): Hono {
  const site = new Hono();
  const sdk = new Hono()
    .route("/", collectRoutes(collect))
    .route("/", beaconRoutes(collect))
    .route("/", cdnRoutes(cdn));
  site.get("/healthz", async (c) => {
    const ready = await isReady(cdn);
    return c.json({ status: ready ? "ok" : "unavailable" }, ready ? 200 : 503, { "cache-control": "no-store" });
  });
  if (cdn.pathPrefix !== "") site.route(cdn.pathPrefix, sdk);
  site.route("/", sdk);
  site.mount("/api", apiRoutes(api).fetch);
  site.route("/", demoRoutes(cdn));
  site.route("/", shellRoutes(cdn));
  site.notFound((c) => c.json({ errors: [{ type: "not_found", message: "There is nothing at this path." }] }, 404));
  return site;
}
