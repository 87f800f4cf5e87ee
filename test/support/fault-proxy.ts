import { createServer, request as forwardRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { answerCall } from "../../src/collect/answer.ts";
import { reject } from "../../src/core/rejection.ts";

/** One request as it came. */
export interface Passed {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** The messageIds in it. */
  readonly ids: readonly string[];
  /** What befell it. */
  readonly fault?: Fault["kind"];
}

/**
 * What befalls the next call that carries events.
 * - `unavailable`, `rate_limited`: answered as Inlet itself does when it cannot store or the source sends too much,
 *   without passing it on; `retryAfter` (seconds) replaces the wait Inlet asks for.
 * - `lose_answer`: passed on, and the connection cut once Inlet has answered.
 * - `hold_answer`: passed on, and never answered.
 */
export type Fault =
  | { readonly kind: "unavailable" | "rate_limited"; readonly retryAfter?: number }
  | { readonly kind: "lose_answer" | "hold_answer" };

export interface FaultProxy {
  readonly url: URL;
  /** The requests that carry events, in order. */
  calls(): Passed[];
  /** The preflights, in order. */
  preflights(): Passed[];
  /** How often an event with this id reached Inlet. */
  deliveries(messageId: string): number;
  /** Faults befall the next calls one after the other. */
  add(...faults: Fault[]): void;
  stop(): Promise<void>;
}

const METRICS = /^(?:\/[\w-]+)?\/m$/;

/** POST to a path that takes events; not analytics.js' own metrics. */
const carriesEvents = (method: string, path: string): boolean => method === "POST" && !METRICS.test(path);

/** A reverse proxy before Inlet that goes wrong on demand. It keeps the Host header, so Inlet takes it for itself. */
export async function startFaultProxy(target: URL): Promise<FaultProxy> {
  const passed: Passed[] = [];
  const faults: Fault[] = [];
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const body = await readAll(incoming);
    // A sender that is gone before it has said all has sent nothing.
    if (body === undefined) return;
    const fault = carriesEvents(method, path) ? faults.shift() : undefined;
    const ids = idsIn(body);
    const request = { method, path, headers, body, ids, ...(fault === undefined ? {} : { fault: fault.kind }) };
    passed.push(request);
    if (fault?.kind === "unavailable" || fault?.kind === "rate_limited") await refuse(request, fault, outgoing);
    else forward(target, request, outgoing);
  };
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    calls: () => passed.filter(({ method, path }) => carriesEvents(method, path)),
    preflights: () => passed.filter(({ method }) => method === "OPTIONS"),
    deliveries: (id) => passed.filter((one) => reachedInlet(one) && one.ids.includes(id)).length,
    add: (...more) => void faults.push(...more),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const reachedInlet = ({ fault }: Passed): boolean => fault !== "unavailable" && fault !== "rate_limited";

function idsIn(body: Buffer): string[] {
  const text = (body[0] === 0x1f ? gunzipSync(body) : body).toString();
  return [...text.matchAll(/"messageId":"([^"]+)"/g)].map(([, id = ""]) => id);
}

function forward(target: URL, { method, path, headers, body, fault }: Passed, outgoing: ServerResponse): void {
  const { hostname, port } = target;
  const onward = forwardRequest({ hostname, port, method, path, headers }, (answer) => {
    if (fault === "hold_answer") answer.resume();
    else if (fault === "lose_answer") answer.resume().on("end", () => outgoing.destroy());
    else answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders));
  });
  onward.on("error", () => outgoing.destroy());
  onward.end(body);
}

/** The product's own answer, CORS included, so that the SDK meets what it would meet in the field. */
async function refuse(
  { method, path, headers: { origin } }: Passed,
  { kind, retryAfter }: Extract<Fault, { kind: "unavailable" | "rate_limited" }>,
  outgoing: ServerResponse,
): Promise<void> {
  const request = new Request(`http://inlet.test${path}`, { method, headers: origin === undefined ? {} : { origin } });
  const answer = answerCall({ status: "refused", rejection: reject(kind) }, request);
  if (retryAfter !== undefined) answer.headers.set("retry-after", String(retryAfter));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.end(await answer.text());
}

async function readAll(stream: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNRESET") return undefined;
    throw error;
  }
  return Buffer.concat(chunks);
}
