import type { Miniflare } from "miniflare";

/** Bytes. */
export interface MemoryPeak {
  /**
   * What the Worker's isolate holds after a collection, buffers outside its heap included. More than it needs: what the
   * runtime's own objects refer to is let go of only when their request goes on or ends.
   */
  heap: number;
  /** As `heap`, in the middle of all looks. */
  median: number;
  samples: number;
}

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/**
 * Asks the runtime's inspector for the isolate's memory, again and again, until told to stop. Each time after a full
 * collection: garbage that may be thrown away any moment is no need.
 */
export async function watchMemory(
  miniflare: Miniflare,
  everyMs = 1000,
): Promise<{ readonly peak: MemoryPeak; stop(): Promise<void> }> {
  const url = await miniflare.getInspectorURL();
  const targets = (await (await fetch(new URL("/json", url.href.replace(/^ws/, "http")))).json()) as {
    readonly id: string;
    readonly title?: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ id, title = "" }) => `${id} ${title}`.includes("inlet")) ?? targets[0];
  if (target === undefined) throw new Error("the runtime's inspector names no Worker");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Error(`no inspector at ${target.webSocketDebuggerUrl}`)));
  await opened.promise;
  const peak: MemoryPeak = { heap: 0, median: 0, samples: 0 };
  const looks: number[] = [];
  let id = 0;
  let refused: string | undefined;
  socket.addEventListener("message", ({ data }) => {
    const { result, error } = JSON.parse(String(data)) as { result?: Partial<HeapUsage>; error?: { message: string } };
    if (error !== undefined) refused = error.message;
    if (result?.usedSize === undefined) return;
    looks.push(result.usedSize + (result.embedderHeapUsedSize ?? 0) + (result.backingStorageSize ?? 0));
  });
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    for (const method of ["HeapProfiler.collectGarbage", "Runtime.getHeapUsage"]) {
      socket.send(JSON.stringify({ id: ++id, method }));
    }
  }, everyMs);
  return {
    peak,
    async stop() {
      clearInterval(timer);
      socket.close();
      looks.sort((a, b) => a - b);
      peak.samples = looks.length;
      peak.heap = looks.at(-1) ?? 0;
      peak.median = looks[Math.floor(looks.length / 2)] ?? 0;
      if (peak.samples === 0) throw new Error(`the inspector gave no figures: ${refused ?? "no answer"}`);
    },
  };
}
