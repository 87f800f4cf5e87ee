import { DELIVERY } from "../../core/delivery.ts";
import { clip } from "../../core/mask.ts";
import { hiderOf } from "../../core/secret-forms.ts";
import { currentCall, type Call, type RawExchange } from "../engine/call.ts";
import { explain, keepExchange } from "../engine/network.ts";

/** Characters of an answer that are read, and of one that is needed whole. */
const ANSWER_CHARS = 2000;
const WHOLE_ANSWER_CHARS = 64_000;
/** Time for the start of an answer's body: the status has been given, the rest is only to be looked at. */
const ANSWER_MS = 2000;
const MASK = "••••";

export interface OwnRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** What a sample shows instead of bytes. */
  readonly shownBody?: string;
  /** Headers that let somebody in, whatever they are called: shown without their values, wherever these turn up. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  /** Other texts that are hidden wherever they turn up. */
  readonly secrets?: readonly string[];
  /** The answer is itself a secret: it is read whole, and not shown when it is a success. */
  readonly secretAnswer?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** The start of the body, without the secrets of the request. */
  readonly text: string;
}

/** An answer that is a failure; the engine tells by the status whether to try again. */
export class AnswerError extends Error {
  readonly status: number;
  /** Where the engine looks for Retry-After. */
  readonly response: Pick<Answer, "status" | "headers">;
  constructor(message: string, answer: Pick<Answer, "status" | "headers">) {
    super(message);
    this.name = "AnswerError";
    this.status = answer.status;
    this.response = answer;
  }
}

/** The call that this code runs in. */
export function ownCall(): Call {
  const call = currentCall();
  if (call === undefined) throw new Error("a destination's code ran outside of a call");
  return call;
}

/** Hides secrets in what somebody else wrote: error pages like to repeat the request. */
const hider = ({ secretHeaders = {}, secrets = [] }: OwnRequest): ((text: string) => string) =>
  hiderOf([...Object.values(secretHeaders), ...secrets]);

/** Header names are lower-case, as Headers gives them. */
function requestHeaders({ headers, secretHeaders = {} }: OwnRequest): Record<string, string> {
  const secret = new Set(Object.keys(secretHeaders).map((name) => name.toLowerCase()));
  return Object.fromEntries([...headers].map(([name, value]) => [name, secret.has(name) ? MASK : value]));
}

function recordRequest(call: Call, request: OwnRequest): RawExchange {
  const { url, method, body = "", shownBody } = request;
  const shown = shownBody ?? (typeof body === "string" ? body : `(${body.byteLength} bytes)`);
  return keepExchange(call, { method, url, headers: requestHeaders(request), body: clip(shown, 2 * ANSWER_CHARS) });
}

/** Resolves after some time, unless it is called off. */
function timer(ms: number): { readonly over: Promise<{ done: true }>; clear(): void } {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<{ done: true }>((resolve) => {
    handle = setTimeout(() => resolve({ done: true }), ms);
  });
  return { over, clear: () => clearTimeout(handle) };
}

/** The start of a body. One that breaks off, never ends or takes its time gives what had come. */
async function readStart(response: Response, chars: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  const limit = timer(ANSWER_MS);
  let text = "";
  try {
    while (text.length < chars) {
      const read = await Promise.race([reader.read(), limit.over]);
      if (read.done) break;
      text += decoder.decode(read.value, { stream: true });
    }
    void reader.cancel().catch(() => undefined);
  } catch (error) {
    text += `\n(the answer broke off: ${error instanceof Error ? error.message : "unknown"})`;
  } finally {
    limit.clear();
  }
  return text;
}

async function readAnswer(response: Response, request: OwnRequest, exchange: RawExchange): Promise<Answer> {
  const hide = hider(request);
  const { status, headers } = response;
  const { secretAnswer = false } = request;
  const statusText = hide(response.statusText);
  const text = await readStart(response, secretAnswer ? WHOLE_ANSWER_CHARS : ANSWER_CHARS);
  const shown = secretAnswer && isSuccess({ status }) ? "(not shown)" : clip(hide(text), ANSWER_CHARS);
  const shownHeaders = Object.fromEntries([...headers].map(([name, value]) => [name, hide(value)]));
  exchange.response = { status, statusText, headers: shownHeaders, body: shown };
  return { status, statusText, headers, text: secretAnswer ? text : shown };
}

/**
 * Sends one request through the call's guarded fetch and records it with its answer. The status decides: a body that
 * breaks off afterwards cannot take it back. Redirects are not followed, because what is sent is meant, and perhaps
 * signed, for the host that somebody has configured.
 * @throws NetworkError, TimeoutError, OutboundRefused: nothing was answered.
 */
export async function send(request: OwnRequest): Promise<Answer> {
  const call = ownCall();
  const exchange = recordRequest(call, request);
  const { url, method, headers, body } = request;
  const timeout = new AbortController();
  const handle = setTimeout(() => timeout.abort(), DELIVERY.requestTimeoutMs);
  const signal = AbortSignal.any([call.signal, timeout.signal]);
  try {
    const init = { method, headers, redirect: "manual", signal, ...(body === undefined ? {} : { body }) } as const;
    return await readAnswer(await call.tools.fetch(url, init), request, exchange);
  } catch (error) {
    exchange.error = error instanceof Error ? error.message : String(error);
    throw timeout.signal.aborted ? timeoutError() : explain(error, signal, call);
  } finally {
    clearTimeout(handle);
  }
}

const timeoutError = (): Error => Object.assign(new Error("no answer in time"), { name: "TimeoutError" });

/** The sentence and status of an answer that was no success. */
export const failed = (answer: Answer): AnswerError =>
  new AnswerError(`${answer.status} ${answer.statusText}`.trim(), answer);

export const isSuccess = ({ status }: Pick<Answer, "status">): boolean => status >= 200 && status < 300;

/** A payload that the action cannot send, ever; the engine knows it by its name. */
export function refusePayload(message: string): Error {
  return Object.assign(new Error(message), { name: "PayloadValidationError", status: 400 });
}
