import { tracedFetch } from "./network.ts";

/** A request as the AWS SDK hands it to its HTTP handler (@smithy/types `HttpRequest`). */
interface SmithyRequest {
  readonly protocol?: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SmithyResponse {
  readonly response: {
    readonly statusCode: number;
    readonly reason: string;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array;
  };
}

/** Set by the connection; none of them is signed but `host`, which the URL gives. */
const CONNECTION_HEADERS = new Set(["host", "content-length", "expect", "connection", "transfer-encoding"]);

/** RFC 3986: what AWS signs, and so what must be sent. */
const escape = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

function queryString(query: SmithyRequest["query"] = {}): string {
  const parts = Object.keys(query)
    .toSorted()
    .flatMap((name) => {
      const value = query[name] ?? null;
      if (value === null) return [escape(name)];
      return [value].flat().map((one) => `${escape(name)}=${escape(one)}`);
    });
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** The SDK gives text, bytes, or something that can be read piece by piece. */
async function readBody(body: unknown): Promise<Blob | undefined> {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string") return new Blob([body]);
  if (body instanceof Uint8Array) return new Blob([Uint8Array.from(body)]);
  const pieces: (string | Uint8Array<ArrayBuffer>)[] = [];
  for await (const piece of body as AsyncIterable<Uint8Array | string>) {
    pieces.push(typeof piece === "string" ? piece : Uint8Array.from(piece));
  }
  return new Blob(pieces);
}

/**
 * Takes the place of the AWS SDK's handlers for Node (`@smithy/node-http-handler`), HTTP/1.1 and HTTP/2 alike: its
 * requests leave through the guarded fetch, because sockets would bypass it and workerd speaks no HTTP/2 upwards.
 */
export class FetchHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };

  static create(given?: unknown): unknown {
    const isHandler = typeof given === "object" && given !== null && "handle" in given;
    return isHandler ? given : new FetchHandler();
  }

  async handle(request: SmithyRequest, options: { abortSignal?: AbortSignal } = {}): Promise<SmithyResponse> {
    const { protocol = "https:", hostname, port, path, query, method } = request;
    const origin = `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`;
    const headers = Object.entries(request.headers).filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase()));
    const body = await readBody(request.body);
    const answer = await tracedFetch(`${origin}${path}${queryString(query)}`, {
      method,
      headers: Object.fromEntries(headers),
      redirect: "manual",
      ...(body === undefined || method === "GET" || method === "HEAD" ? {} : { body }),
      ...(options.abortSignal === undefined ? {} : { signal: options.abortSignal }),
    });
    return {
      response: {
        statusCode: answer.status,
        reason: answer.statusText,
        headers: Object.fromEntries(answer.headers),
        body: new Uint8Array(await answer.arrayBuffer()),
      },
    };
  }

  updateHttpClientConfig(): void {
    // Time limits are the call's.
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  destroy(): void {
    // Holds no connection.
  }
}

/** What is read of an answer is bytes already. */
export const streamCollector = (body: unknown): Promise<Uint8Array> => Promise.resolve(body as Uint8Array);
