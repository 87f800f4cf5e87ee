import { connect, type Socket } from "node:net";

/**
 * One keep-alive HTTP/1.1 connection that sends one POST at a time. Its own few lines instead of an HTTP library:
 * driver and Worker share two cores here, and a library's client takes several times the processor time.
 * It understands what these Workers answer, `Content-Length` bodies, and throws on anything else.
 */
export class HttpCaller {
  readonly #socket: Socket;
  readonly #head: string;
  #received = "";
  #waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("connection closed before the answer")));
  }

  static open(url: URL, path: string): Promise<HttpCaller> {
    const head = `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: text/plain\r\norigin: https://shop.example\r\ncontent-length: `;
    return new Promise((resolve, reject) => {
      const socket = connect({ host: url.hostname, port: Number(url.port) });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new HttpCaller(socket, head));
      });
    });
  }

  /** Sends an ASCII body and resolves with the answer's status once its body has been read. */
  post(body: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${this.#head}${body.length}\r\n\r\n${body}`, "latin1");
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#received.slice(0, end))?.[1];
    if (length === undefined) {
      this.#waiting?.reject(new Error(`answer without a length: ${this.#received.slice(0, 200)}`));
      return;
    }
    if (this.#received.length < end + 4 + Number(length)) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = "";
    this.#waiting?.resolve(status);
  }
}
