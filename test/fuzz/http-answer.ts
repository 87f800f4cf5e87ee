export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The connection may be used again. */
  readonly keptAlive: boolean;
}

interface Head {
  readonly status: number;
  readonly headers: Map<string, string>;
}

function readHead(text: string): Head {
  const [first = "", ...lines] = text.split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
  if (!(status >= 100)) throw new Error(`no HTTP answer: ${JSON.stringify(first.slice(0, 200))}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  return { status, headers };
}

/** Takes an answer as it comes. A broken one throws: the other side is a server, whatever we sent. */
export class AnswerReader {
  readonly #bodiless: boolean;
  #buffer: Buffer = Buffer.alloc(0);
  #head: Head | undefined;

  /** `bodiless`: the answer to a HEAD. */
  constructor(bodiless: boolean) {
    this.#bodiless = bodiless;
  }

  /** The answer once it is complete. */
  add(chunk: Buffer): Answer | undefined {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    this.#head ??= this.#takeHead();
    if (this.#head === undefined) return undefined;
    const { status, headers } = this.#head;
    if (this.#bodiless || status === 101 || status === 204 || status === 304) return this.#answer(Buffer.alloc(0));
    const length = headers.get("content-length");
    if (length !== undefined) {
      return this.#buffer.length >= Number(length) ? this.#answer(this.#buffer.subarray(0, Number(length))) : undefined;
    }
    if (headers.get("transfer-encoding") !== "chunked") return undefined;
    const body = unchunked(this.#buffer);
    return body === undefined ? undefined : this.#answer(body);
  }

  /** The connection has ended. */
  end(): Answer | undefined {
    if (this.#head === undefined) return undefined;
    const { headers } = this.#head;
    if (headers.has("content-length") || headers.has("transfer-encoding")) return undefined;
    return this.#answer(this.#buffer);
  }

  #takeHead(): Head | undefined {
    const end = this.#buffer.indexOf("\r\n\r\n");
    if (end === -1) return undefined;
    const head = readHead(this.#buffer.subarray(0, end).toString("latin1"));
    this.#buffer = this.#buffer.subarray(end + 4);
    // 100 Continue: the real one follows.
    if (head.status === 100) return this.#takeHead();
    return head;
  }

  #answer(body: Buffer): Answer {
    const { status, headers } = this.#head!;
    const ends = status === 101 || headers.get("connection")?.toLowerCase() === "close";
    const framed =
      headers.has("content-length") || headers.has("transfer-encoding") || status === 204 || status === 304;
    return { status, headers, body, keptAlive: !ends && framed };
  }
}

function unchunked(buffer: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = buffer.indexOf("\r\n", at);
    if (line === -1) return undefined;
    const size = Number.parseInt(buffer.subarray(at, line).toString("latin1"), 16);
    if (size === 0) return buffer.length >= line + 4 ? Buffer.concat(parts) : undefined;
    if (buffer.length < line + 2 + size + 2) return undefined;
    parts.push(buffer.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
