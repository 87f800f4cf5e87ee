import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { Totals } from "./totals.ts";

/** What an unwell destination does with a request; each is a rate, 0 to 1. */
export type Illness = Readonly<Record<Symptom, number>>;
const SYMPTOMS = ["error", "throttle", "reset", "hang"] as const;
type Symptom = (typeof SYMPTOMS)[number];

/** An event that a destination has taken: its answer of 2xx has gone out whole. */
export interface Taken {
  /** Real times in ms since epoch: when the request had come, and when it was answered. */
  readonly came: number;
  readonly answered: number;
}

interface Received {
  readonly messageId: string;
  readonly properties?: { readonly poison?: boolean };
  readonly traits?: { readonly poison?: boolean };
}

export const isPoison = ({ properties, traits }: Received): boolean =>
  properties?.poison === true || traits?.poison === true;

/** Tools on a server of this machine, one a path. Some fail by chance while they are unwell; all refuse nothing else. */
export class Town {
  /** By path: what it took, by messageId. */
  readonly taken = new Map<string, Map<string, Taken[]>>();
  /** Paths whose tool refuses poisoned events, and every batch that holds one. */
  readonly strict = new Set<string>();
  hangMs = 2500;
  underWay = 0;
  requests = 0;
  /** By path; one that is not here is well. */
  #illness: Readonly<Record<string, Illness>> = {};
  /** By path: what it has not shown yet since it fell ill; that comes first. */
  readonly #owed = new Map<string, Symptom[]>();
  #server = createServer((request, response) => void this.#serve(request, response));
  readonly #random: Random;
  readonly #totals: Totals;
  readonly #sockets = new Set<Socket>();
  #stopping = new AbortController();

  constructor(random: Random, totals: Totals) {
    this.#random = random;
    this.#totals = totals;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** From now on. */
  fallIll(illness: Readonly<Record<string, Illness>>): void {
    this.#illness = illness;
    this.#owed.clear();
    for (const [path, rates] of Object.entries(illness)) {
      this.#owed.set(
        path,
        SYMPTOMS.filter((symptom) => rates[symptom] > 0),
      );
    }
  }

  #draw(path: string): Symptom | undefined {
    const owed = this.#owed.get(path)?.shift();
    if (owed !== undefined) return owed;
    const rates = this.#illness[path];
    let drawn = this.#random.next();
    return rates === undefined ? undefined : SYMPTOMS.find((symptom) => (drawn -= rates[symptom]) < 0);
  }

  async open(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  of(path: string): Map<string, Taken[]> {
    const known = this.taken.get(path) ?? new Map<string, Taken[]>();
    this.taken.set(path, known);
    return known;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    this.underWay++;
    response.on("close", () => this.underWay--);
    const [path = ""] = (request.url ?? "").split("?");
    const tool = path.replace(/\/v1\/batch$/, "");
    const text = await bodyOf(request);
    if (text === undefined) return;
    const events = eventsIn(text);
    const came = Date.now();
    const answered = await this.#fail(tool, events, response);
    if (answered) return;
    response.on("finish", () => {
      const answer: Taken = { came, answered: Date.now() };
      const taken = this.of(tool);
      for (const { messageId } of events) taken.set(messageId, [...(taken.get(messageId) ?? []), answer]);
    });
    response.end('{"success":true}');
  }

  /** Whether the request has met its end. */
  async #fail(tool: string, events: readonly Received[], response: ServerResponse): Promise<boolean> {
    switch (this.#draw(tool)) {
      case "error":
        return this.#answer("destination_500", response, 500);
      case "throttle":
        return this.#answer("destination_429", response, 429, { "retry-after": "1" });
      case "hang":
        this.#totals.fault("destination_hung");
        await sleep(this.hangMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
        response.destroy();
        return true;
      case "reset":
        this.#totals.fault("destination_reset");
        response.destroy();
        return true;
      case undefined:
    }
    if (this.strict.has(tool) && events.some(isPoison)) return this.#answer("destination_refused", response, 422);
    return false;
  }

  #answer(
    kind: "destination_500" | "destination_429" | "destination_refused",
    response: ServerResponse,
    status: number,
    headers: Record<string, string> = {},
  ): true {
    this.#totals.fault(kind);
    response.writeHead(status, headers).end(kind);
    return true;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    // The sender was killed.
    return undefined;
  }
  return Buffer.concat(parts).toString("utf8");
}

/** One event, a batch of Segment's, or NDJSON. */
function eventsIn(text: string): Received[] {
  const parsed = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Received | { readonly batch: readonly Received[] });
  return parsed.flatMap((one) => ("batch" in one ? one.batch : [one]));
}
