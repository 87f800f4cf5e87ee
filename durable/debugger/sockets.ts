import * as z from "zod";
import {
  compileFilter,
  DEBUGGER,
  DebuggerFilter,
  type DebuggerEntry,
  type ServerFrame,
} from "../../src/core/debugger.ts";
import { logWarn } from "../../src/log/log.ts";

/** What a socket remembers through hibernation (2 kB at most). `seen`: the last entry it was offered when it paused. */
const Attachment = z.object({ filter: DebuggerFilter, paused: z.boolean(), seen: z.int() });
export type Attachment = z.infer<typeof Attachment>;

/** A page pings every half minute; one that did so once and then fell silent for this long is gone. */
const SILENT_MS = 180_000;

export const attachmentOf = (socket: WebSocket): Attachment => Attachment.parse(socket.deserializeAttachment());

/** Newest first, in frames below the limit of one message; an empty `entries` still says something as `ring`. */
export function framesOf(kind: ServerFrame["kind"], entries: readonly DebuggerEntry[], hidden: number): string[] {
  const frames: string[] = [];
  let texts: string[] = [];
  let chars = 0;
  const flush = () => {
    const name = frames.length === 0 ? kind : "entries";
    frames.push(`{"kind":"${name}","hidden":${hidden},"entries":[${texts.join(",")}]}`);
    texts = [];
    chars = 0;
  };
  for (const entry of entries.toReversed()) {
    const text = JSON.stringify(entry);
    if (texts.length > 0 && chars + text.length > DEBUGGER.frameChars) flush();
    texts.push(text);
    chars += text.length + 1;
  }
  if (texts.length > 0 || frames.length === 0) flush();
  return frames;
}

/** Sends what it can; a socket that cannot take it is closed, and the others never notice. */
export function sendAll(socket: WebSocket, frames: readonly string[]): void {
  try {
    for (const frame of frames) socket.send(frame);
  } catch (error) {
    logWarn("debugger_socket_dropped", {}, error);
    closeQuietly(socket, 1011, "could not send");
  }
}

export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch (error) {
    logWarn("debugger_socket_closed_already", {}, error);
  }
}

/** Shows `entries` to every socket that looks and whose filter lets some through; `hidden` goes to all that look. */
export function broadcast(ctx: DurableObjectState, entries: readonly DebuggerEntry[], hidden: number): void {
  const now = Date.now();
  for (const socket of ctx.getWebSockets()) {
    const pinged = ctx.getWebSocketAutoResponseTimestamp(socket);
    if (pinged !== null && now - pinged.getTime() > SILENT_MS) {
      closeQuietly(socket, 1001, "no ping for three minutes");
      continue;
    }
    const { filter, paused } = attachmentOf(socket);
    if (!paused) sendAll(socket, framesOf("entries", entries.filter(compileFilter(filter)), hidden));
  }
}

/** Whether anybody looks right now. */
export const isWatched = (ctx: DurableObjectState): boolean =>
  ctx.getWebSockets().some((socket) => !attachmentOf(socket).paused);
