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
/** Above this it is looked at more thoroughly. */
const MUCH = 64 * 1024 * 1024;

/**
 * Bytes that the Worker's isolate holds after full collections, buffers outside its heap included. The inspector's collection
 * leaves garbage that hangs together with native objects, at times some 60 MB of it; that of a snapshot does not.
 */
export async function heldBytes(miniflare: Miniflare): Promise<number> {
  const socket = await openInspector(miniflare);
  const held: number[] = [];
  let snapshots = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as Answer;
    if (id === SNAPSHOT_ID) snapshots++;
    if (result?.usedSize === undefined) return;
    held.push(result.usedSize + (result.embedderHeapUsedSize ?? 0) + (result.backingStorageSize ?? 0));
  });
  await look(socket, () => held.length >= LOOKS);
  if (Math.min(...held) > MUCH) {
    socket.send(JSON.stringify({ id: SNAPSHOT_ID, method: "HeapProfiler.takeHeapSnapshot" }));
    await look(socket, () => snapshots > 0);
    held.length = 0;
    await look(socket, () => held.length >= LOOKS);
  }
  socket.close();
  return Math.min(...held);
}

const SNAPSHOT_ID = 1;
interface Answer {
  readonly id?: number;
  readonly result?: Partial<HeapUsage>;
}

/** Asks again and again: the inspector takes questions while the isolate runs, and may lose them while it rests. */
async function look(socket: WebSocket, isEnough: () => boolean): Promise<void> {
  let id = SNAPSHOT_ID;
  await waitFor("the isolate to say what it holds", async () => {
    for (const method of ["HeapProfiler.collectGarbage", "Runtime.getHeapUsage"]) {
      socket.send(JSON.stringify({ id: ++id, method }));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    return isEnough();
  });
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
