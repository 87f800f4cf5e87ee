import { namesSecret } from "../core/mask.ts";
import { closedHost, isThisMachine } from "./addresses.ts";

/** The guard said no: the address is not one that may be reached from here. */
export class OutboundRefused extends Error {
  readonly code = "EREFUSED";
  constructor(message: string) {
    super(message);
    this.name = "OutboundRefused";
  }
}

const MOST_REDIRECTS = 5;
/** Bytes of one answer. */
const MOST_BYTES = 5_000_000;

export interface OutboundOptions {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /**
   * Whether a host (lower case, with its port, without the dot a name may end with) is this Inlet's own.
   * @param anyPort it is, also when only the names are the same
   */
  isOwnHost(host: string, anyPort: boolean): boolean | Promise<boolean>;
  /** Private hosts may be reached: this machine's own trials and tests. */
  readonly allowPrivate: boolean;
}

function refuse(message: string): never {
  throw new OutboundRefused(message);
}

/**
 * The same rules for a host that is not spoken to in HTTP: a name or an IPv4 address, in the spelling that was checked.
 * @throws OutboundRefused
 */
export async function checkHost(
  host: string,
  port: number,
  options: Pick<OutboundOptions, "isOwnHost" | "allowPrivate">,
): Promise<string> {
  const { hostname } = await checkUrl(
    URL.canParse(`http://${host}:${port}/`) ? `http://${host}:${port}/` : host,
    options,
  );
  // What takes a list of hosts, or a port behind one, must not find either in here.
  return /^[a-z0-9_.-]+$/.test(hostname) && !/[/@?#\\]/.test(host)
    ? hostname
    : refuse(`${host} is neither a name nor an IPv4 address`);
}

async function checkUrl(
  text: string,
  { isOwnHost, allowPrivate }: Pick<OutboundOptions, "isOwnHost" | "allowPrivate">,
): Promise<URL> {
  if (!URL.canParse(text)) return refuse("this is not a URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") refuse(`${url.protocol} is not http or https`);
  if (url.username !== "" || url.password !== "") refuse("a URL with a user name or password is not followed");
  const port = url.port === "" ? "" : `:${url.port}`;
  const names = [url.host.replace(/\.(?=:|$)/, ""), ...(isThisMachine(url.hostname) ? [`127.0.0.1${port}`] : [])];
  const closed = closedHost(url.hostname);
  for (const name of names) {
    // Another port of a public name leads to the same Worker; on a private host other things may be beside us.
    const own = await isOwnHost(name, closed === undefined);
    if (own) refuse(`${url.host} is this Inlet itself: events would go round for ever`);
  }
  return closed === undefined || allowPrivate ? url : refuse(closed);
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What is sent to where a redirect leads, by the fetch standard: 303, and POST at 301 and 302, become GET. */
function redirected(init: RequestInit, status: number, from: URL, to: URL): RequestInit {
  const method = (init.method ?? "GET").toUpperCase();
  const headers = new Headers(init.headers);
  const becomesGet = (status === 303 && method !== "HEAD") || (status < 303 && method === "POST");
  if (becomesGet) for (const name of ["content-type", "content-length", "content-encoding"]) headers.delete(name);
  // What lets somebody in at the first host is nobody else's business.
  if (from.origin !== to.origin) {
    for (const name of Array.from(headers.keys()).filter(namesSecret)) headers.delete(name);
  }
  const { body: _, ...rest } = init;
  return becomesGet ? { ...rest, headers, method: "GET" } : { ...init, headers };
}

/** The body, cut off with an error when it becomes too long. */
function limited(response: Response): Response {
  if (response.body === null) return response;
  let left = MOST_BYTES;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      left -= piece.byteLength;
      if (left < 0) controller.error(new Error(`the answer is longer than ${MOST_BYTES / 1e6} MB`));
      else controller.enqueue(piece);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counter), { status, statusText, headers });
}

/**
 * The one way out for destinations. Refuses this Inlet's own hosts and addresses that are not the public internet, at
 * every hop of at most five redirects; the body of an answer ends with an error after 5 MB.
 * @returns a `fetch`; it throws OutboundRefused for what the guard refuses
 */
export function createGuardedFetch(options: OutboundOptions): OutboundOptions["fetch"] {
  return async (text, given) => {
    let url = await checkUrl(text, options);
    let init: RequestInit = { ...given, redirect: "manual" };
    for (let hop = 0; ; hop++) {
      const response = await options.fetch(url.href, init);
      const location = response.headers.get("location");
      if (!REDIRECTS.has(response.status) || location === null || given.redirect === "manual") return limited(response);
      await response.body?.cancel();
      if (given.redirect === "error") refuse(`${url.host} answered with a redirect`);
      if (hop === MOST_REDIRECTS) refuse(`${url.host} redirected more than ${MOST_REDIRECTS} times`);
      const next = await checkUrl(URL.canParse(location, url) ? new URL(location, url).href : location, options);
      init = redirected(init, response.status, url, next);
      url = next;
    }
  };
}
