import { DurableObject } from "cloudflare:workers";
import {
  ClientFrame,
  compileFilter,
  DEBUGGER,
  DebuggerFilter,
  type DebuggerEntry,
  type ServerFrame,
} from "../src/core/debugger.ts";
import { FULL_ALLOWANCE, sampleObservation } from "../src/core/debugger-sample.ts";
import { parseJson } from "../src/core/json.ts";
import type { Observation } from "../src/core/sample.ts";
import { Ring } from "./debugger/ring.ts";
import { clientSkew } from "./debugger/skew.ts";
import {
  attachmentOf,
  broadcast,
  closeQuietly,
  framesOf,
  isWatched,
  sendAll,
  type Attachment,
} from "./debugger/sockets.ts";
import { logWarn } from "../src/log/log.ts";

/**
 * The live ring of one source: `getByName(sourceId)`. Never in the ack path: what it loses is a view, not an event.
 * Sockets hibernate, so an idle viewer costs nothing; the control plane authorises them before they come here.
 */
export class Debugger extends DurableObject<Env> {
  readonly #ring: Ring;
  /** In memory only: an object that was evicted had nothing to do, so it may show a full burst again. */
  #allowance = FULL_ALLOWANCE;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#ring = new Ring(ctx.storage.sql);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Adds samples to the ring and to open sockets; `watching` tells Intake whether somebody looks right now. */
  async record(observation: Observation): Promise<{ watching: boolean }> {
    const { kept, hidden, allowance } = sampleObservation(observation, this.#allowance, Date.now());
    this.#allowance = allowance;
    const entries = this.#ring.add(kept, hidden);
    broadcast(this.ctx, entries, this.#ring.hidden);
    return { watching: isWatched(this.ctx) };
  }

  /** The newest `count` entries that match, newest first. */
  async list(filter: DebuggerFilter, count: number = DEBUGGER.entries): Promise<Omit<ServerFrame, "kind">> {
    const matching = this.#ring.entries().filter(compileFilter(filter));
    return { entries: matching.slice(-count).toReversed(), hidden: this.#ring.hidden };
  }

  /** The latest that was refused with this messageId, the oldest first, as far as the ring still holds it. */
  async refusals(messageId: string): Promise<DebuggerEntry[]> {
    const isIt = (entry: DebuggerEntry) => entry.status === "refused" && entry.messageId === messageId;
    return this.#ring.entries().filter(isIt).slice(-DEBUGGER.refusalsOfOne);
  }

  /** How far the clients' clocks are ahead of ours, ms; null when the ring has nothing that tells. */
  async clientSkew(): Promise<number | null> {
    return clientSkew(this.#ring.entries()) ?? null;
  }

  /** Forgets everything: the source is gone. */
  async clear(): Promise<void> {
    this.#ring.clear();
    for (const socket of this.ctx.getWebSockets()) closeQuietly(socket, 1001, "the source was deleted");
  }

  /** Opens a live socket. Query: a DebuggerFilter, and `since` (seq) when the viewer has the earlier entries. */
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("a WebSocket upgrade was expected", { status: 426, headers: { upgrade: "websocket" } });
    }
    const query = Object.fromEntries(new URL(request.url).searchParams);
    const filter = DebuggerFilter.safeParse(query);
    if (!filter.success) return new Response("bad filter", { status: 400 });
    if (this.ctx.getWebSockets().length >= DEBUGGER.sockets) {
      return new Response("too many live views of this source", { status: 429, headers: { "retry-after": "30" } });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.#remember(server, { filter: filter.data, paused: false, seen: 0 });
    const since = Number(query["since"]);
    this.#show(server, "ring", filter.data, Number.isSafeInteger(since) && since > 0 ? since : 0);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const json = typeof message === "string" ? parseJson(message) : undefined;
    const frame = ClientFrame.safeParse(json?.ok ? json.value : undefined);
    if (!frame.success) {
      sendAll(socket, [JSON.stringify({ kind: "error", message: "expected pause, resume or filter" })]);
      return;
    }
    const state = attachmentOf(socket);
    switch (frame.data.kind) {
      case "pause":
        return this.#remember(socket, { ...state, paused: true, seen: this.#ring.lastSeq });
      case "resume":
        this.#remember(socket, { ...state, paused: false });
        if (state.paused) this.#show(socket, "entries", state.filter, state.seen);
        return;
      case "filter": {
        const { kind: _kind, ...filter } = frame.data;
        this.#remember(socket, { ...state, filter, seen: this.#ring.lastSeq });
        return this.#show(socket, "ring", filter, 0);
      }
    }
  }

  /** Completes the closing handshake: the browser would wait for it and report 1006. */
  override async webSocketClose(socket: WebSocket): Promise<void> {
    closeQuietly(socket, 1000, "");
  }

  override async webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    logWarn("debugger_socket_failed", { sourceId: this.ctx.id.name }, error);
    closeQuietly(socket, 1011, "failed");
  }

  #remember(socket: WebSocket, attachment: Attachment): void {
    socket.serializeAttachment(attachment);
  }

  #show(socket: WebSocket, kind: ServerFrame["kind"], filter: DebuggerFilter, since: number): void {
    const entries = this.#ring.entries(since).filter(compileFilter(filter));
    sendAll(socket, framesOf(kind, entries, this.#ring.hidden));
  }
}
