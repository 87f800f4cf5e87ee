import type { DebuggerFilter, ServerFrame } from "../../src/core/debugger.ts";
import { reconnectDelay } from "../logic/backoff.ts";
import type { LiveFrame } from "../logic/live-list.ts";

export type LiveState =
  | { readonly status: "connecting" }
  | { readonly status: "live" }
  | { readonly status: "paused" }
  /** `at` (ms): when the next attempt is made. */
  | { readonly status: "waiting"; readonly at: number };

export interface LiveOptions {
  readonly sourceId: string;
  readonly filter: DebuggerFilter;
  readonly onFrame: (frame: LiveFrame) => void;
  readonly onState: (state: LiveState) => void;
  /** A connection ended before it was open: the session may be over. */
  readonly onFailure: () => void;
}

const PING_MS = 30_000;

/** One live view of a source's debugger: reconnects until closed, and asks only for what it has not seen. */
export class LiveConnection {
  readonly #options: LiveOptions;
  #filter: DebuggerFilter;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #attempt = 0;
  #paused = false;
  #closed = false;
  #newest = 0;
  /** Rings that were asked for and have not come; only the last one answers the filter that stands. */
  #ringsDue = 0;
  /** What is shown does not belong to the filter that stands. */
  #stale = true;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#filter = options.filter;
    this.#connect();
  }

  setFilter(filter: DebuggerFilter): void {
    if (JSON.stringify(filter) === JSON.stringify(this.#filter)) return;
    this.#filter = filter;
    this.#stale = true;
    this.#newest = 0;
    if (this.#send({ kind: "filter", ...filter })) this.#ringsDue++;
  }

  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (this.#send({ kind: paused ? "pause" : "resume" })) this.#say(paused ? "paused" : "live");
  }

  /** Does not wait for the next attempt. */
  retryNow(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#ping);
    this.#socket?.close();
  }

  #connect(): void {
    this.#timer = undefined;
    this.#ringsDue = 1;
    this.#options.onState({ status: "connecting" });
    const asked = this.#filter;
    const search = new URLSearchParams(Object.entries(asked));
    if (this.#newest > 0) search.set("since", String(this.#newest));
    const url = new URL(
      `/api/sources/${encodeURIComponent(this.#options.sourceId)}/debugger/live?${search}`,
      window.location.href,
    );
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.#socket = socket;
    let opened = false;
    socket.addEventListener("open", () => {
      opened = true;
      this.#attempt = 0;
      this.#ping = setInterval(() => socket.send("ping"), PING_MS);
      // What was chosen while the connection was being made.
      if (this.#filter !== asked && this.#send({ kind: "filter", ...this.#filter })) this.#ringsDue++;
      if (this.#paused) this.#send({ kind: "pause" });
      this.#say(this.#paused ? "paused" : "live");
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => this.#receive(event.data));
    socket.addEventListener("close", () => {
      clearInterval(this.#ping);
      if (this.#closed || this.#socket !== socket) return;
      if (!opened) this.#options.onFailure();
      const delay = reconnectDelay(this.#attempt++, Math.random());
      this.#options.onState({ status: "waiting", at: Date.now() + delay });
      this.#timer = setTimeout(() => this.#connect(), delay);
    });
  }

  #receive(data: unknown): void {
    if (this.#closed || typeof data !== "string" || data === "pong") return;
    const frame = JSON.parse(data) as ServerFrame | { readonly kind: "error" };
    if (frame.kind === "error") return;
    if (frame.kind === "ring") {
      this.#ringsDue = Math.max(0, this.#ringsDue - 1);
      if (this.#ringsDue > 0) return;
    } else if (this.#ringsDue > 0) return;
    const fresh = frame.kind === "ring" && this.#stale;
    if (fresh) this.#stale = false;
    for (const entry of frame.entries) this.#newest = Math.max(this.#newest, entry.seq);
    this.#options.onFrame({ ...frame, fresh });
  }

  /** Whether it could be said; a socket that opens later says it in its address. */
  #send(frame: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #say(status: "live" | "paused"): void {
    this.#options.onState({ status });
  }
}
