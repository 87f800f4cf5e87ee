// HTTP/1.1 as bytes: clients that mend what they are given (paths, headers, lengths) cannot send what is wrong.
import { connect, type Socket } from "node:net";
import { AnswerReader, type Answer } from "./http-answer.ts";
import type { FuzzInput } from "./input.ts";

/** Nothing came: the other side hung up first. */
export interface HungUp {
  readonly status: 0;
  readonly why: string;
}
export class Hang extends Error {}

/** The bytes of a request. */
export function bytesOf({ method, target, headers, body, framing, raw }: FuzzInput, host: string): Buffer {
  if (raw !== undefined) return raw;
  const named = headers.some(([name]) => name === "host");
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(named ? [] : [`host: ${host}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  if (body !== undefined)
    lines.push(framing === "chunked" ? "transfer-encoding: chunked" : `content-length: ${body.length}`);
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (body === undefined) return head;
  return Buffer.concat([head, ...(framing === "chunked" ? inChunks(body) : [body])]);
}

function inChunks(body: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  const size = Math.max(1, Math.ceil(body.length / 3));
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return [...parts, Buffer.from("0\r\n\r\n")];
}

/** One caller's connection, made anew whenever the one before cannot be used any more. */
export class Caller {
  readonly #port: number;
  readonly #host: string;
  readonly #patienceMs: number;
  #socket: Socket | undefined;

  constructor(url: URL, patienceMs: number) {
    this.#port = Number(url.port);
    this.#host = url.hostname;
    this.#patienceMs = patienceMs;
  }

  /** Throws a Hang when nothing comes in time. */
  async send(input: FuzzInput): Promise<Answer | HungUp> {
    const bytes = bytesOf(input, `${this.#host}:${this.#port}`);
    const alone = input.raw !== undefined;
    if (alone) this.close();
    const reused = this.#socket !== undefined;
    const answer = await this.#exchange(bytes, input.method, alone);
    // The other side may have ended an idle connection just as we wrote to it.
    return answer.status === 0 && reused ? this.#exchange(bytes, input.method, alone) : answer;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #exchange(bytes: Buffer, method: string, alone: boolean): Promise<Answer | HungUp> {
    const socket = (this.#socket ??= connect({ port: this.#port, host: this.#host, noDelay: true }));
    const reader = new AnswerReader(method === "HEAD");
    return new Promise((resolve, reject) => {
      const done = (give: () => void, keep: boolean): void => {
        clearTimeout(timer);
        socket.removeAllListeners("data").removeAllListeners("close").removeAllListeners("error");
        socket.on("error", () => undefined);
        if (!keep) this.close();
        give();
      };
      const timer = setTimeout(
        () => done(() => reject(new Hang(`no answer in ${this.#patienceMs / 1000} s`)), false),
        this.#patienceMs,
      );
      let why = "closed";
      socket.on("error", (error: NodeJS.ErrnoException) => void (why = error.code ?? error.message));
      socket.on("close", () => {
        const answer = reader.end();
        done(() => resolve(answer ?? { status: 0, why }), false);
      });
      socket.on("data", (chunk: Buffer) => {
        const answer = reader.add(chunk);
        if (answer !== undefined) done(() => resolve(answer), !alone && answer.keptAlive);
      });
      if (alone) socket.end(bytes);
      else socket.write(bytes);
    });
  }
}
