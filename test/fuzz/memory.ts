import type { Miniflare } from "miniflare";
import { waitFor } from "../support/archive.ts";

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** What is under way (a drain, an alarm) holds memory for a moment: the least of so many looks counts. */
const LOOKS = 5;
const LOOK_EVERY_MS = 300;

/** Bytes that the Worker's isolate holds after full collections, buffers outside its heap included. */
export async function heldBytes(miniflare: Miniflare): Promise<number> {
  const socket = await openInspector(miniflare);
  const held: number[] = [];
  socket.addEventListener("message", ({ data }) => {
    const { result } = JSON.parse(String(data)) as { readonly result?: Partial<HeapUsage> };
    if (result?.usedSize === undefined) return;
    held.push(result.usedSize + (result.embedderHeapUsedSize ?? 0) + (result.backingStorageSize ?? 0));
  });
  let id = 0;
  await waitFor("the isolate to say what it holds", async () => {
    // Asked for again and again: the inspector takes questions while the isolate runs, and may lose them while it rests.
    for (const method of ["HeapProfiler.collectGarbage", "Runtime.getHeapUsage"]) {
      socket.send(JSON.stringify({ id: ++id, method }));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    return held.length >= LOOKS;
  });
  socket.close();
  return Math.min(...held);
}

async function openInspector(miniflare: Miniflare): Promise<WebSocket> {
  const url = await miniflare.getInspectorURL();
  const listed = await fetch(new URL("/json", url.href.replace(/^ws/, "http")));
  const targets = (await listed.json()) as readonly Target[];
  const target = targets.find(({ id, title = "" }) => `${id} ${title}`.includes("inlet")) ?? targets[0];
  if (target === undefined) throw new Error("the runtime's inspector names no Worker");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Error(`no inspector at ${target.webSocketDebuggerUrl}`)));
  await opened.promise;
  return socket;
}

interface Target {
  readonly id: string;
  readonly title?: string;
  readonly webSocketDebuggerUrl: string;
}
