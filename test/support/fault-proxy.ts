import { createServer, request as forwardRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerCall } from "../../src/collect/answer.ts";
import { reject } from "../../src/core/rejection.ts";

/** One request as it passed, answered or not. */
export interface Passed {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/**
 * What befalls the next call that carries events.
 * - `unavailable`, `rate_limited`: answered as Inlet itself does when it cannot store or the source sends too much,
 *   without passing it on; `retryAfter` (seconds) replaces the wait Inlet asks for, or "none" leaves it out.
 * - `lose_answer`: passed on, and the connection cut once Inlet has answered.
 */
export type Fault =
  | { readonly kind: "unavailable" | "rate_limited"; readonly retryAfter: number | "none" }
  | { readonly kind: "lose_answer" };

export interface FaultProxy {
  readonly url: URL;
  /** Everything that came, in order. */
  readonly passed: readonly Passed[];
  /** The calls that carry events. */
  calls(): Passed[];
  /** Faults befall the next calls one after the other. */
  add(...faults: Fault[]): void;
  stop(): Promise<void>;
}

/** POST to a path that takes events; not analytics.js' own metrics. */
const carriesEvents = ({ method, path }: Passed): boolean =>
  method === "POST" && !/^(?:\/[\w-]+)?(?:\/v1)?\/m$/.test(path);

/** A reverse proxy before Inlet that goes wrong on demand. It keeps the Host header, so Inlet takes it for itself. */
export async function startFaultProxy(target: URL): Promise<FaultProxy> {
  const passed: Passed[] = [];
  const faults: Fault[] = [];
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const one = { method, path, headers, body: await readAll(incoming) };
    passed.push(one);
    const fault = carriesEvents(one) ? faults.shift() : undefined;
    if (fault === undefined || fault.kind === "lose_answer") forward(target, one, outgoing, fault !== undefined);
    else await refuse(one, fault, outgoing);
  };
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    passed,
    calls: () => passed.filter(carriesEvents),
    add: (...more) => void faults.push(...more),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(target: URL, { method, path, headers, body }: Passed, outgoing: ServerResponse, lose: boolean): void {
  const { hostname, port } = target;
  const onward = forwardRequest({ hostname, port, method, path, headers }, (answer) => {
    if (lose) {
      answer.resume().on("end", () => outgoing.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  onward.end(body);
}

/** The product's own answer, CORS included, so that the SDK meets what it would meet in the field. */
async function refuse(
  { method, path, headers }: Passed,
  fault: Exclude<Fault, { kind: "lose_answer" }>,
  outgoing: ServerResponse,
): Promise<void> {
  const { origin } = headers;
  const request = new Request(`http://inlet.test${path}`, { method, headers: origin === undefined ? {} : { origin } });
  const answer = answerCall({ status: "refused", rejection: reject(fault.kind) }, request);
  if (fault.retryAfter === "none") answer.headers.delete("retry-after");
  else answer.headers.set("retry-after", String(fault.retryAfter));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.end(await answer.text());
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
