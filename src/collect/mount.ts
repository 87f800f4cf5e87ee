/** Where a client found us: the host and scheme it asked, and the path prefix it used (or ""). */
export interface Mount {
  readonly protocol: "http" | "https";
  /** Host with port, as asked: a custom domain stays a custom domain. */
  readonly host: string;
  readonly prefix: string;
  /** `https://data.shop.example/k3x9`: what analytics.js calls its CDN. */
  readonly base: string;
  /** `data.shop.example/k3x9/v1`: analytics.js' `apiHost`, a host with a path and without a scheme. */
  readonly apiHost: string;
}

/**
 * The mount point of one request. Workers see the URL the client asked, so nothing is taken from
 * X-Forwarded-*: on the public internet anybody can send those, and a poisoned answer would be cached.
 */
export function mountOf(requestUrl: string, pathPrefix: string): Mount {
  const url = new URL(requestUrl);
  const prefix = pathPrefix !== "" && url.pathname.startsWith(`${pathPrefix}/`) ? pathPrefix : "";
  return mountAt(url.origin, prefix);
}

/** The mount point at an origin (`https://data.shop.example`) and a prefix (`/k3x9` or ""). */
export function mountAt(origin: string, prefix: string): Mount {
  const { protocol, host } = new URL(origin);
  return {
    protocol: protocol === "https:" ? "https" : "http",
    host,
    prefix,
    base: `${protocol}//${host}${prefix}`,
    apiHost: `${host}${prefix}/v1`,
  };
}
