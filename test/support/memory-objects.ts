import type { SnapshotStore } from "../../src/warehouse/snapshot-state.ts";

/** The process is gone: nothing after it happens. */
export class CrashError extends Error {}

/** A bucket in memory. `failAfter`: so many more writes succeed; then one is cut off before (or after) it happened. */
export class MemoryObjects implements SnapshotStore {
  readonly objects = new Map<string, { bytes: Uint8Array; etag: string }>();
  failAfter = Number.POSITIVE_INFINITY;
  failsBefore = true;
  #etags = 0;

  get(key: string): Promise<{ bytes: Uint8Array; etag: string } | null> {
    return Promise.resolve(this.objects.get(key) ?? null);
  }

  put(key: string, bytes: Uint8Array | string, ifMatch?: string | null): Promise<string | null> {
    const crashes = this.failAfter-- <= 0;
    if (crashes && this.failsBefore) return Promise.reject(new CrashError());
    if (ifMatch !== undefined && (this.objects.get(key)?.etag ?? null) !== ifMatch) return Promise.resolve(null);
    const etag = `e${++this.#etags}`;
    this.objects.set(key, { bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes.slice(), etag });
    return crashes ? Promise.reject(new CrashError()) : Promise.resolve(etag);
  }

  json(key: string): unknown {
    const object = this.objects.get(key);
    return object === undefined ? undefined : JSON.parse(new TextDecoder().decode(object.bytes));
  }
}
