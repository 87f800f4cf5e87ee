import type { DurableObject } from "cloudflare:workers";
import type { Catalog } from "../../durable/catalog.ts";

/** The Catalog's methods as they are written; every one of them is asynchronous already. */
export type CatalogRpc = Omit<Catalog, keyof DurableObject>;

/**
 * The Catalog that holds this workspace. The platform's types take JSON of any shape (a mapping) for something that
 * cannot travel, although plain data can; so the methods' own types are used. A stub belongs to the request that made it.
 */
export const catalogOf = (env: Env): CatalogRpc => env.CATALOG.getByName("workspace") as unknown as CatalogRpc;
