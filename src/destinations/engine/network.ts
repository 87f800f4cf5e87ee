import { networkReason } from "../../core/delivery.ts";
import { clip } from "../../core/mask.ts";
import { isOurLimit } from "../destination.ts";
import { OutboundRefused } from "../outbound.ts";
import { currentCall, type Call, type RawExchange } from "./call.ts";

/** Characters kept of a body, and requests kept of one call. */
const KEPT_BODY = 4000;
const KEPT_EXCHANGES = 20;

/** A connection that failed, with the code Node would have given it. */
export class NetworkError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "FetchError";
    this.code = code;
  }
}

const abortError = (reason: unknown): Error =>
  Object.assign(new Error(reason instanceof Error ? reason.message : "aborted"), { name: "AbortError" });

/**
 * What the catalogue's code gets for `fetch`: goes out through the call's guarded fetch, ends with the call, and
 * records what was sent and answered. The answer's body has been read when it resolves.
 */
export async function tracedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const call = currentCall();
  if (call === undefined) throw new Error("a destination's code asked for the network outside of a call");
  const request = new Request(input, init);
  const body = request.body === null ? undefined : await request.arrayBuffer();
  const exchange = record(call, request, body);
  const signal = AbortSignal.any([request.signal, call.signal]);
  try {
    const { method, headers, redirect } = request;
    const response = await call.tools.fetch(request.url, {
      method,
      headers,
      redirect,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    return await readAnswer(response, exchange);
  } catch (error) {
    exchange.error = messageOf(error);
    throw explain(error, signal, call);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the failure of a request means; notes it in the call when the limit was our own. */
export function explain(error: unknown, signal: AbortSignal, call: Call): unknown {
  if (signal.aborted) return abortError(signal.reason);
  if (error instanceof OutboundRefused) return error;
  const message = messageOf(error);
  if (isOurLimit(message)) {
    call.ourLimit = error instanceof Error ? error : new Error(message);
    return error;
  }
  call.unanswered = networkReason(message);
  return new NetworkError(call.unanswered, message);
}

const record = (call: Call, request: Request, body: ArrayBuffer | undefined): RawExchange =>
  keepExchange(call, {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    body: body === undefined ? "" : textOf(body),
  });

/** Adds a request to those of the call, whose oldest may go for it. */
export function keepExchange(call: Call, exchange: RawExchange): RawExchange {
  if (call.exchanges.length === KEPT_EXCHANGES) call.exchanges.shift();
  call.exchanges.push(exchange);
  return exchange;
}

/** A few bytes more than characters are kept, because a character may be several. */
const textOf = (bytes: ArrayBuffer): string => clip(new TextDecoder().decode(bytes.slice(0, 4 * KEPT_BODY)), KEPT_BODY);

const WITHOUT_BODY = new Set([101, 204, 205, 304]);

async function readAnswer(response: Response, exchange: RawExchange): Promise<Response> {
  const { status, statusText, headers } = response;
  const bytes = await response.arrayBuffer();
  exchange.response = { status, statusText, headers: Object.fromEntries(headers), body: textOf(bytes) };
  const body = WITHOUT_BODY.has(status) ? null : bytes;
  return new Response(body, { status, statusText, headers });
}
