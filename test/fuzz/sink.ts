import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

/** Longer than some wait, shorter than a hang. */
const SLOW_MS = 1500;

type Answer = Parameters<RequestListener>[1];
const json = (response: Answer, status: number, body: string): void =>
  void response.writeHead(status, { "content-type": "application/json" }).end(body);

/** What those who are asked may answer, hostile or not; one after the other. */
const ANSWERS: readonly ((response: Answer) => void)[] = [
  (response) => void response.writeHead(204).end(),
  (response) => json(response, 200, '{"success":true}'),
  (response) => json(response, 200, '{"data":'),
  (response) => json(response, 200, '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":1}}}'),
  (response) => json(response, 200, "[".repeat(100_000)),
  (response) => json(response, 401, '{"error":"no"}'),
  (response) => void response.writeHead(429, { "retry-after": "9".repeat(40) }).end(),
  (response) => void response.writeHead(503, { "retry-after": "-1" }).end("\ud800<script>alert(1)</script>"),
  (response) => void response.writeHead(307, { location: "/again" }).end(),
  (response) => void response.writeHead(302, { location: "http://[::1]:1/" }).end(),
  (response) => void response.writeHead(301, { location: "javascript:alert(1)" }).end(),
  (response) => void response.writeHead(200, { "content-type": "text/html" }).end("x".repeat(6_000_000)),
  (response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"),
  (response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(20_000_000))),
  (response) => void response.writeHead(200, { "content-length": "1000" }).end("short"),
  (response) => void response.writeHead(200, { "set-cookie": "a=b", "x-long": "x".repeat(7000) }).end("ok"),
  (response) => void response.destroy(),
  (response) => void setTimeout(() => response.end("late"), SLOW_MS),
];

/** Whom the product asks at somebody's word: nothing of it leaves the machine. */
export class Sink {
  /** Connections and requests that came. */
  asked = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a port of its own, for what is no HTTP. */
  static async open(): Promise<Sink> {
    const server = createServer();
    const sink = new Sink(server);
    server.on("connection", (socket) => sink.#meet(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Gets every request of the Worker, wherever it goes. */
  readonly answer: RequestListener = (request, response) => {
    const answer = ANSWERS[this.asked++ % ANSWERS.length]!;
    request.on("error", () => undefined);
    request.on("end", () => answer(response));
    request.resume();
  };

  #meet(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    switch (this.asked++ % 4) {
      case 0:
        socket.destroy();
        return;
      case 1:
        socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
        return;
      case 2:
        // The length of a message that never comes.
        socket.end(Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 99]));
        return;
      default:
        setTimeout(() => socket.destroy(), SLOW_MS);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
