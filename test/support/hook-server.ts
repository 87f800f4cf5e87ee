import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface HookRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly event: { readonly messageId: string } & Record<string, unknown>;
}

export interface HookServer {
  readonly url: string;
  readonly requests: HookRequest[];
  /** What is answered; 200 unless a test says otherwise. `request` is the one being answered. */
  answer: (request: HookRequest, response: ServerResponse) => void;
  /** How often each messageId arrived. */
  times(): Record<string, number>;
  stop(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** Somebody's webhook: a real HTTP server on a free port of this machine. */
export async function startHookServer(port = 0): Promise<HookServer> {
  const requests: HookRequest[] = [];
  const http = createServer(async (request, response) => {
    const body = await readBody(request);
    const { method = "", url: path = "", headers } = request;
    const seen = { method, path, headers, body, event: JSON.parse(body) as HookRequest["event"] };
    requests.push(seen);
    server.answer(seen, response);
  });
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  const server: HookServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    answer: (_, response) => void response.end("ok"),
    times() {
      const times: Record<string, number> = {};
      for (const { event } of requests) times[event.messageId] = (times[event.messageId] ?? 0) + 1;
      return times;
    },
    async stop() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  return server;
}
