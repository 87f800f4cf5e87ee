import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { replyTo } from "./answers.ts";
import { NOW, RUN_HEADER, URL_HEADER, type Answer, type CapturedRequest } from "./case.ts";

/** Headers that the transport adds: they say nothing of the engine. */
const OF_TRANSPORT =
  /^(?::.*|host|connection|content-length|transfer-encoding|accept-encoding|keep-alive|expect|mf-.*|cf-.*|x-differential-.*)$/;

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

/** The far end of the network for one side: writes down what arrives and answers as the case says. */
export class Capture {
  #answer: Answer = { kind: "break" };
  #run: string | undefined;
  #requests: CapturedRequest[] = [];
  #pauses = new Map<number, string | undefined>();
  #late: () => void = () => undefined;

  /** @param run only requests that name it count; without it all do. */
  begin(answer: Answer, run?: string): void {
    this.#answer = answer;
    this.#run = run;
    this.#requests = [];
    this.#pauses = new Map();
  }

  /** What arrived since `begin`. */
  end(): readonly CapturedRequest[] {
    this.#late();
    return this.#requests;
  }

  /** The Retry-After of the latest answer with this status. */
  retryAfterOf(status: number): string | undefined {
    return this.#pauses.get(status);
  }

  readonly handle = (request: Incoming, response: Outgoing): void => {
    if (request.headers[RUN_HEADER] !== this.#run) return close(request);
    const answer = this.#answer;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const captured = readRequest(request, Buffer.concat(parts));
      if (this.#answer === answer) this.#requests.push(captured);
      this.#reply(answer, captured, request, response);
    });
  };

  #reply(answer: Answer, captured: CapturedRequest, request: Incoming, response: Outgoing): void {
    const text = `${captured.url}\n${JSON.stringify(captured.headers)}\n${captured.body}`;
    const reply = replyTo(answer, { url: captured.url, text });
    if (reply === "hang") {
      const before = this.#late;
      this.#late = () => {
        before();
        close(request);
        this.#late = () => undefined;
      };
    } else if (reply === "break") {
      close(request);
    } else {
      this.#pauses.set(reply.status, reply.headers["retry-after"]);
      if (!("stream" in response)) response.statusMessage = reply.statusText;
      response.statusCode = reply.status;
      const headers = { ...reply.headers, date: new Date(NOW).toUTCString() };
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end(reply.body);
    }
  }
}

const close = (request: Incoming): void =>
  void ("stream" in request ? request.stream.close() : request.socket.destroy());

function readRequest(request: Incoming, body: Buffer): CapturedRequest {
  const { [URL_HEADER]: told, ...given } = request.headers;
  const url = typeof told === "string" ? told : `https://${request.headers.host ?? ""}${request.url ?? ""}`;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (OF_TRANSPORT.test(name) || (name === "accept" && value === "*/*")) continue;
    headers[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  }
  const text = body.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(body);
  return { method: request.method ?? "", url, headers, body: isText ? text : `base64:${body.toString("base64")}` };
}
