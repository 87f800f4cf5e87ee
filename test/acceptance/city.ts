import type { IncomingMessage, ServerResponse } from "node:http";
import { ASKED_URL } from "./entry.ts";

/** One request as a vendor's API sees it. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What a vendor has taken: an event by its messageId, or a profile by what the vendor knows the person by. */
export interface Taken {
  readonly kind: "event" | "profile";
  readonly id: string;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly taken?: readonly Taken[];
}

/** A tool that gets events: judges requests by its makers' public documentation, and keeps what it accepts. */
export interface Vendor {
  readonly name: string;
  readonly hosts: readonly string[];
  receive(asked: Asked): Reply;
}

/** Answers instead of the vendor: "hang" never does, undefined leaves it to the vendor. */
export type Fault = (asked: Asked) => Reply | "hang" | undefined;

export interface Served {
  readonly vendor: string;
  readonly asked: Asked;
  readonly reply: Reply | "hang";
}

/** A local HTTP server that plays all vendors: whatever the Worker asks of the network is answered here. */
export class City {
  readonly served: Served[] = [];
  readonly faults = new Map<string, Fault>();
  readonly #vendors: readonly Vendor[];
  #hanging = 0;

  constructor(vendors: readonly Vendor[]) {
    this.#vendors = vendors;
  }

  /** Requests that wait for an answer now. */
  get hanging(): number {
    return this.#hanging;
  }

  of(vendor: string): Served[] {
    return this.served.filter((one) => one.vendor === vendor);
  }

  /** Everything a vendor has accepted, in order. */
  taken(vendor: string, kind: Taken["kind"] = "event"): Taken[] {
    return this.of(vendor)
      .flatMap(({ reply }) => (reply === "hang" ? [] : (reply.taken ?? [])))
      .filter((one) => one.kind === kind);
  }

  ids(vendor: string, kind: Taken["kind"] = "event"): string[] {
    return this.taken(vendor, kind)
      .map(({ id }) => id)
      .toSorted();
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => this.#serve(readRequest(request, Buffer.concat(parts)), response));
  };

  #serve(asked: Asked, response: ServerResponse): void {
    const vendor = this.#vendors.find(({ hosts }) => hosts.includes(asked.url.host));
    const name = vendor?.name ?? "nobody";
    const reply = this.faults.get(name)?.(asked) ??
      vendor?.receive(asked) ?? { status: 421, body: "nobody lives here" };
    this.served.push({ vendor: name, asked, reply });
    if (reply === "hang") {
      this.#hanging++;
      response.on("close", () => this.#hanging--);
      return;
    }
    const { status, headers = {}, body = "" } = reply;
    const isText = typeof body === "string";
    const type = isText ? "text/plain" : "application/json";
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(status === 204 ? undefined : isText ? body : JSON.stringify(body));
  }
}

function readRequest({ method = "", headers: given }: IncomingMessage, body: Buffer): Asked {
  const { [ASKED_URL]: url, ...headers } = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, String(value)]),
  );
  return { method, url: new URL(url ?? "about:blank"), headers, text: body.toString("utf8") };
}
